import { checkName } from '../../account/name.ts'
import { QwenctlError } from '../../base/errors.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { Template, TemplatesData } from '../../store/documents/templates-document.ts'
import type { AccountFilter, Accounts, AccountSettings, Templates } from '../toolkit.ts'
import type { AccountView } from '../views.ts'

export interface TemplatesParts {
  document: JsonDocument<TemplatesData>
  accounts: Pick<Accounts, 'find' | 'set'>
  clock: () => number
}

/** Settings of accounts without their secrets, by name. */
export class StoredTemplates implements Templates {
  readonly #parts: TemplatesParts

  constructor(parts: TemplatesParts) {
    this.#parts = parts
  }

  /** By name. */
  async list(): Promise<Template[]> {
    const { templates } = await this.#parts.document.read()
    return templates.sort((a, b) => a.name.localeCompare(b.name))
  }

  async has(name: string): Promise<boolean> {
    return (await this.list()).some((template) => template.name === name)
  }

  /** Keeps the settings that an account has now, in place of a template of that name. */
  async save(name: string, reference: string, filter: AccountFilter = {}): Promise<Template> {
    checkName('template', name)
    const account = await this.#parts.accounts.find(reference, filter)
    const { provider, groups, priority, weight, limits, baseUrl, quotaGroup, models } = account
    const settings = { groups, priority, weight, limits, baseUrl, quotaGroup, models }
    const savedAt = new Date(this.#parts.clock()).toISOString()
    const template: Template = { name, provider, settings, savedAt }
    await this.#parts.document.update((data) => {
      data.templates = [...data.templates.filter((other) => other.name !== name), template]
    })
    return template
  }

  /** Gives an account all settings of a template; the base URL only at the provider that it is of. */
  async apply(name: string, reference: string): Promise<AccountView> {
    const { provider, settings } = await this.#find(name)
    const account = await this.#parts.accounts.find(reference)
    const { baseUrl, limits, ...rest } = settings
    const wanted: AccountSettings = { ...rest, limits: limits ?? [] }
    if (account.provider === provider) wanted.baseUrl = baseUrl
    return this.#parts.accounts.set(account.id, wanted)
  }

  async remove(name: string): Promise<Template> {
    const template = await this.#find(name)
    await this.#parts.document.update((data) => {
      data.templates = data.templates.filter((other) => other.name !== name)
    })
    return template
  }

  async #find(name: string): Promise<Template> {
    const found = (await this.list()).find((template) => template.name === name)
    if (found !== undefined) return found
    throw new QwenctlError('template_not_found', `there is no template "${name.slice(0, 200)}"`)
  }
}
