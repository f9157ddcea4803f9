/** How Prometheus reads a metric. */
export type MetricType = "counter" | "gauge" | "histogram";

/** Labels of one series; names as Prometheus wants them: `[a-zA-Z_][a-zA-Z0-9_]*`. */
export type Labels = Readonly<Record<string, string>>;

/** One figure. */
export interface MetricSample {
  /** Behind the family's name: `_bucket`, `_sum` and `_count` of a histogram. */
  suffix?: string;
  labels?: Labels;
  value: number;
}

/** A metric with all its series, as plain data: it can cross a thread as JSON. */
export interface MetricFamily {
  /** `dropgate_<part>_<what>_<unit>`, counters end in `_total`; times are seconds. */
  name: string;
  type: MetricType;
  help: string;
  samples: MetricSample[];
}

/** Somebody who tells figures when he is asked. */
export interface MetricSource {
  /** For the figure that says that this source failed. */
  name: string;
  read(): MetricFamily[] | Promise<MetricFamily[]>;
}

/** A metric of one figure, kept elsewhere and read when somebody asks. */
export function family(
  type: "counter" | "gauge",
  name: string,
  help: string,
  value: number,
): MetricFamily {
  return { name, type, help, samples: [{ value }] };
}

/** A metric with a series for each value of one label. */
export function familyBy(
  type: "counter" | "gauge",
  name: string,
  help: string,
  label: string,
  entries: Iterable<readonly [string, number]>,
): MetricFamily {
  const samples = Array.from(entries, ([at, value]) => ({ labels: { [label]: at }, value }));
  return { name, type, help, samples };
}

/** Counts by name with a 0 for each known name that has none: a first event is seen as a rise then. */
export function withZeros(
  names: readonly string[],
  counts: Iterable<readonly [string, number]>,
): Map<string, number> {
  return new Map([...names.map((name): [string, number] => [name, 0]), ...counts]);
}

/** A histogram of counts that are kept elsewhere. */
export interface CountedClasses {
  /** Upper bounds of all classes but the last. */
  bounds: readonly number[];
  /** Counts by class, not cumulative; one more than there are bounds. */
  counts: ArrayLike<number>;
  sum: number;
}

/** The series of one histogram, with these labels beside its bounds. */
export function histogramSamples(
  { bounds, counts, sum }: CountedClasses,
  labels: Labels = {},
): MetricSample[] {
  const samples: MetricSample[] = [];
  let total = 0;
  for (let at = 0; at <= bounds.length; at += 1) {
    total += counts[at] ?? 0;
    const le = at < bounds.length ? String(bounds[at]) : "+Inf";
    samples.push({ suffix: "_bucket", labels: { ...labels, le }, value: total });
  }
  samples.push({ suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: total });
  return samples;
}

/** A histogram of counts that are kept elsewhere, with one series. */
export function histogramFamily(name: string, help: string, classes: CountedClasses): MetricFamily {
  return { name, type: "histogram", help, samples: histogramSamples(classes) };
}
