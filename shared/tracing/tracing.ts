import {
  type Attributes,
  type Context,
  context,
  isSpanContextValid,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from "@opentelemetry/api";

const tracer = trace.getTracer("dropgate");

/**
 * True when the runtime collects traces (`OTEL_DENO=true`). Asked of a span that is never ended, so
 * that nobody has to read the environment; without traces everything here is a look at this value.
 */
const isTracing = isSpanContextValid(tracer.startSpan("is anybody there?").spanContext());

/** A place in a trace to go on from. */
export type TracePlace = Context;

/** Links of one span; the rest of a large batch is left out. */
const MAX_LINKS = 16;

/** Where this chain of calls is in a trace that is kept; null without one. */
export function tracePlace(): TracePlace | null {
  if (!isTracing) return null;
  const place = context.active();
  return isKept(trace.getSpan(place)) ? place : null;
}

/**
 * Runs `work` as a span: part of `place` if one is given, else of the span that is active. `linked`
 * are places that this work is done for besides.
 */
export function inSpan<T>(
  name: string,
  work: () => Promise<T>,
  options: { attributes?: Attributes; place?: TracePlace; linked?: TracePlace[] } = {},
): Promise<T> {
  if (!isTracing) return work();
  const { attributes = {}, place = context.active(), linked = [] } = options;
  const links = linked.slice(0, MAX_LINKS).flatMap(linkTo);
  return run(tracer.startSpan(name, { attributes, links }, place), place, work);
}

/**
 * Runs `work` as a span behind the one that a `traceparent` names, which another process began. One
 * that is not kept, or is none, starts nothing: half a trace says little.
 */
export function followTrace<T>(
  name: string,
  traceparent: string | undefined,
  work: () => Promise<T>,
  attributes: Attributes = {},
): Promise<T> {
  if (!isTracing) return work();
  const place = placeOf(traceparent);
  if (place === null) return work();
  const span = tracer.startSpan(name, { attributes, kind: SpanKind.CONSUMER }, place);
  return run(span, place, work);
}

/** Runs `work` outside of every trace; a span that begins in it begins a trace of its own. */
export function outsideTraces<T>(work: () => T): T {
  return isTracing ? context.with(ROOT_CONTEXT, work) : work();
}

/** The active span as a `traceparent`, https://www.w3.org/TR/trace-context/; undefined without. */
export function traceparent(): string | undefined {
  if (!isTracing) return undefined;
  const span = trace.getSpan(context.active());
  if (!span || !isKept(span)) return undefined;
  const { traceId, spanId } = span.spanContext();
  return `00-${traceId}-${spanId}-01`;
}

async function run<T>(span: Span, place: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await context.with(trace.setSpan(place, span), work);
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR, message: String(error).slice(0, 200) });
    throw error;
  } finally {
    span.end();
  }
}

function isKept(span: Span | undefined): boolean {
  return span !== undefined && (span.spanContext().traceFlags & TraceFlags.SAMPLED) !== 0;
}

function linkTo(place: TracePlace): Link[] {
  const span = trace.getSpan(place);
  return span ? [{ context: span.spanContext() }] : [];
}

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function placeOf(text: string | undefined): TracePlace | null {
  const [, traceId = "", spanId = "", flags = "0"] = TRACEPARENT.exec(text ?? "") ?? [];
  const spanContext = { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
  if (!isSpanContextValid(spanContext) || (spanContext.traceFlags & TraceFlags.SAMPLED) === 0) {
    return null;
  }
  return trace.setSpanContext(ROOT_CONTEXT, spanContext);
}
