// Service tiers by the names of each format; null: no counterpart.

export function messageTier(tier: unknown): string | null {
  if (tier === 'default') return 'standard'
  return tier === 'priority' ? tier : null
}

export function chatTier(tier: unknown): string | null {
  if (tier === 'standard') return 'default'
  return tier === 'priority' ? tier : null
}
