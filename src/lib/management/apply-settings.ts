import { QwenctlError } from '../base/errors.ts'
import { withField } from '../toolkit/settings/in-field.ts'
import type { Settings } from '../toolkit/toolkit.ts'

/**
 * Settings that a page token must not change: files that the proxy reads, URLs that it calls besides providers, and
 * programs that it runs.
 */
const MACHINE_ONLY: ReadonlySet<string> = new Set([
  'proxy.ca',
  'proxy.allowMetadata',
  'notify.webhook',
  'notify.command',
])

/** Applies all changes or, if one is refused, none. Throws `invalid_value`, `forbidden`. */
export async function applySettings(
  settings: Settings,
  changes: Readonly<Record<string, string | number | boolean | readonly string[]>>,
): Promise<void> {
  const texts = Object.entries(changes).map(([key, value]) => [key, formatSetting(value)] as const)
  for (const [key] of texts) if (MACHINE_ONLY.has(key)) throw onMachineOnly(key)
  for (const [key, text] of texts) await inField(key, () => settings.check(key, text))
  for (const [key, text] of texts) await inField(key, () => settings.set(key, text))
}

async function inField(key: string, act: () => Promise<unknown>): Promise<void> {
  try {
    await act()
  } catch (error) {
    throw withField(error, key)
  }
}

function onMachineOnly(key: string): QwenctlError {
  return new QwenctlError('forbidden', `${key} can only be changed on the machine itself`, {
    hint: `qwenctl config set ${key} VALUE`,
    details: { field: key },
  })
}

/** The text form that `config set` takes. */
function formatSetting(value: string | number | boolean | readonly string[]): string {
  return typeof value === 'object' ? value.join(',') : String(value)
}
