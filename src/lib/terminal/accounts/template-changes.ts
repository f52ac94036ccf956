import type { Template } from '../../toolkit/toolkit.ts'

/** A setting that a template changes. */
export interface TemplateChange {
  /** `models llama3 -> any`. */
  words: string
  /** The account's own value ends, and the template brings none. */
  isLoss: boolean
}

const fields = {
  groups: 'groups',
  priority: 'priority',
  weight: 'weight',
  limits: 'limits',
  quotaGroup: 'quota group',
  models: 'models',
} as const

type Compared = Partial<Pick<Template['settings'], keyof typeof fields>>

/** Describes the settings that a template changes at an account. */
export function templateChanges(account: Compared, settings: Compared): TemplateChange[] {
  const changes: TemplateChange[] = []
  for (const [field, name] of Object.entries(fields)) {
    const [before, after] = [account, settings].map((one) => formatValue(one[field as keyof typeof fields]))
    if (before === after) continue
    changes.push({ words: `${name} ${before ?? 'none'} -> ${after ?? 'none'}`, isLoss: after === null })
  }
  return changes
}

function formatValue(value: string | number | string[] | null | undefined): string | null {
  if (value === null || value === undefined) return null
  if (!Array.isArray(value)) return String(value)
  return value.length === 0 ? null : value.join(', ')
}
