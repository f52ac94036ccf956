import { refuse, type FieldRule, type FieldRules, type Json } from '../json-fields.ts'
import type { Setting } from './request.ts'
import { settingKinds } from './settings.ts'

/** Checks the fields of a request by their rules, and collects what is left out. */
export class FieldCheck {
  readonly settings: Setting[] = []
  readonly #leftOut = new Set<string>()
  readonly #refusesUnknown: boolean

  constructor(refusesUnknown: boolean) {
    this.#refusesUnknown = refusesUnknown
  }

  get leftOut(): string[] {
    return [...this.#leftOut]
  }

  /** Throws `invalid_request` for the first refused field. `at` is the path of the object, or empty. */
  check(object: Json, rules: FieldRules, at = ''): void {
    for (const key in object) {
      const value = object[key]
      if (value === null || value === undefined) continue
      const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
      if (rule === 'taken' || rule === 'dropped' || isPartial(rule)) continue
      const field = at === '' ? key : `${at}.${key}`
      if (rule === 'hint') this.leaveOut(field)
      else if (rule === undefined) this.meetUnknown(field)
      else if (rule.unless?.(value) === true) continue
      else if ('setting' in rule) this.settings.push({ name: rule.setting, field, value })
      else refuse(field, rule.refused)
    }
  }

  /** Notes a field that the other format does not get. Indexes are left out of its name. */
  leaveOut(field: string): void {
    this.#leftOut.add(field.replaceAll(/\[\d+\]/g, ''))
  }

  /** Leaves an unknown field out, or refuses it if the user wants that. */
  meetUnknown(field: string): void {
    if (this.#refusesUnknown) refuse(field, 'it is not a field that qwenctl knows in this format')
    this.leaveOut(field)
  }
}

function isPartial(rule: FieldRule | undefined): rule is FieldRule & { only: unknown } {
  return typeof rule === 'object' && 'only' in rule
}

/** Expresses settings by a writer's table. Hints without a row are left out, all else is refused by name. */
export function expressSettings(
  settings: readonly Setting[],
  table: SettingTable,
  leaveOut: (field: string) => void,
): Json {
  const out: Json = {}
  for (const { name, field, value } of settings) {
    const written = table[name]?.(value) ?? null
    if (written !== null) Object.assign(out, written)
    else if (settingKinds[name] === 'hint') leaveOut(field)
    else refuse(field, 'the account for it speaks a format without it')
  }
  return out
}

/** How a format writes the settings that it has; null: not this value. */
export type SettingTable = { readonly [name in Setting['name']]?: (value: unknown) => Json | null }
