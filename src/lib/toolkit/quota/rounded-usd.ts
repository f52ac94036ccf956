/** To a ten-billionth of a dollar: the order in which costs were added up must not show. */
export function roundedUsd(usd: number | null): number | null {
  return usd === null ? null : Math.round(usd * 1e10) / 1e10
}
