import type { Account } from '../../account/account.ts'
import { nameProblem } from '../../account/name.ts'
import { JsonDocument } from './document.ts'
import type { Home } from '../home.ts'
import { openSharedDocument } from '../redis/open-store.ts'

export type TemplateSettings = Pick<
  Account,
  'groups' | 'priority' | 'weight' | 'limits' | 'baseUrl' | 'quotaGroup' | 'models'
>

/** Named settings of an account, to apply to other accounts. Holds no secret. */
export interface Template {
  name: string
  /** The base URL is for accounts of this provider alone. */
  provider: string
  settings: TemplateSettings
  /** RFC 3339. */
  savedAt: string
}

export interface TemplatesData {
  version: 1
  templates: Template[]
}

/** `templates.json`. */
export function openTemplatesDocument(home: Home): JsonDocument<TemplatesData> {
  return new JsonDocument<TemplatesData>({
    file: home.templatesFile,
    kind: 'template store',
    version: 1,
    shared: () => openSharedDocument(home, 'templates'),
    empty: () => ({ version: 1, templates: [] }),
    validate: templatesProblem,
  })
}

function templatesProblem(data: unknown): string | null {
  const { templates } = data as { templates?: unknown }
  if (!Array.isArray(templates)) return 'templates must be a list'
  const index = (templates as unknown[]).findIndex((template) => !isTemplate(template))
  return index < 0 ? null : `templates[${index}] is not a template`
}

function isTemplate(value: unknown): boolean {
  const { name, provider, settings } = (value ?? {}) as Partial<Template>
  if (typeof name !== 'string' || nameProblem(name) !== null || typeof provider !== 'string') return false
  return Array.isArray(settings?.groups) && typeof settings.priority === 'number'
}
