import { formatTime } from '../../base/iso-time.ts'
import { checkName } from '../../account/name.ts'
import { QwenctlError } from '../../base/errors.ts'
import { rm } from 'node:fs/promises'
import { accountFolder } from '../../store/account-folder.ts'
import type { Home } from '../../store/home.ts'
import { copyFolder, templateFolder } from './account-folders.ts'
import type { JsonDocument } from '../../store/documents/document.ts'
import type { Template, TemplatesData } from '../../store/documents/templates-document.ts'
import type { AccountFilter, AccountSettings } from './account-inputs.ts'
import type { Accounts } from './accounts.ts'
import type { AccountView } from '../views.ts'

export interface TemplatesParts {
  document: JsonDocument<TemplatesData>
  home: Home
  accounts: Pick<Accounts, 'find' | 'set'>
  clock: () => number
}

/** Settings of accounts without their secrets, by name. All but `save` throw `template_not_found`. */
export class Templates {
  readonly #parts: TemplatesParts

  constructor(parts: TemplatesParts) {
    this.#parts = parts
  }

  /** Sorted by name. */
  async list(): Promise<Template[]> {
    const { templates } = await this.#parts.document.read()
    return templates.sort((a, b) => a.name.localeCompare(b.name))
  }

  async has(name: string): Promise<boolean> {
    return (await this.list()).some((template) => template.name === name)
  }

  /** Saves the current settings of an account; replaces a template with the same name. */
  async save(name: string, reference: string, filter: AccountFilter = {}): Promise<Template> {
    checkName('template', name)
    const account = await this.#parts.accounts.find(reference, filter)
    const { provider, groups, priority, weight, limits, baseUrl, quotaGroup, models } = account
    const settings = { groups, priority, weight, limits, baseUrl, quotaGroup, models }
    const savedAt = formatTime(this.#parts.clock())
    const folder = templateFolder(this.#parts.home, name)
    await rm(folder, { recursive: true, force: true })
    await copyFolder(accountFolder(this.#parts.home, account), folder)
    const template: Template = { name, provider, settings, savedAt }
    await this.#parts.document.update((data) => {
      data.templates = [...data.templates.filter((other) => other.name !== name), template]
    })
    return template
  }

  /** Applies all settings of a template to an account. The base URL applies only at the template's own provider. */
  async apply(name: string, reference: string): Promise<AccountView> {
    const { provider, settings } = await this.#find(name)
    const account = await this.#parts.accounts.find(reference)
    const { baseUrl, limits, ...rest } = settings
    const wanted: AccountSettings = { ...rest, limits: limits ?? [] }
    if (account.provider === provider) wanted.baseUrl = baseUrl
    await copyFolder(templateFolder(this.#parts.home, name), accountFolder(this.#parts.home, account))
    return this.#parts.accounts.set(account.id, wanted)
  }

  async remove(name: string): Promise<Template> {
    const template = await this.#find(name)
    await this.#parts.document.update((data) => {
      data.templates = data.templates.filter((other) => other.name !== name)
    })
    await rm(templateFolder(this.#parts.home, name), { recursive: true, force: true })
    return template
  }

  async #find(name: string): Promise<Template> {
    const found = (await this.list()).find((template) => template.name === name)
    if (found !== undefined) return found
    throw new QwenctlError('template_not_found', `there is no template "${name.slice(0, 200)}"`)
  }
}
