import { QwenctlError } from '../../base/errors.ts'
import { nearest } from '../../base/text/nearest.ts'
import { parseSetting } from './parse-setting.ts'
import type { SettingRow } from './settings-table.ts'
import { settingsTable } from './settings-table.ts'

/** Parses the value of a setting from a flag. Throws `invalid_value` naming the flag. */
export function checkSetting(key: string, text: string, flag: string): unknown {
  return parseSetting(knownRow(key), text, flag)
}

/** The environment variable of a setting. */
export function buildVariableName(key: string): string {
  return knownRow(key).variable
}

function knownRow(key: string): SettingRow {
  const row = settingsTable.find((candidate) => candidate.key === key)
  if (row === undefined) throw new TypeError(`no setting ${key}`)
  return row
}

/** The row of a setting that a user names. Throws `invalid_value`, naming the nearest. */
export function findRow(key: string): SettingRow {
  const row = settingsTable.find((candidate) => candidate.key === key)
  if (row !== undefined) return row
  const close = nearest(key, settingsTable.flatMap(listForms))
  const meant = settingsTable.find((candidate) => close !== null && listForms(candidate).includes(close))
  throw new QwenctlError('invalid_value', `there is no setting "${key}"`, {
    hint: meant === undefined ? 'qwenctl config list shows all of them' : `did you mean ${meant.key}?`,
  })
}

/** The full key, and its last part, because people leave out the rest. */
function listForms({ key }: SettingRow): string[] {
  return [key, key.slice(key.lastIndexOf('.') + 1)]
}
