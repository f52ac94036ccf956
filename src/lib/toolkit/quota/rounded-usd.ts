/** Rounds to a ten-billionth of a dollar, so that the order of additions does not show. */
export function roundedUsd(usd: number | null): number | null {
  return usd === null ? null : Math.round(usd * 1e10) / 1e10
}
