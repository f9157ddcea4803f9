/**
 * A script for a page: resolves when what fades or moves has come to rest, so that colours are what a
 * person sees. What moves for ever is not waited for.
 */
export const AT_REST = `Promise.all(
  document.getAnimations()
    .filter((one) => Number.isFinite(one.effect?.getComputedTiming().endTime ?? 0))
    .map((one) => one.finished.catch(() => {})),
)`;
