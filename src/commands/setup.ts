import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Args, Flags } from '@oclif/core'
import { QwenctlError } from '../lib/base/errors.ts'
import { ClientSetups, findClient, type FilePlan } from '../lib/toolkit/clients/client-setup.ts'
import { clients, type ClientFacts, type ClientSetup } from '../lib/toolkit/clients/client-table.ts'
import {
  describeWay,
  findProjectSettings,
  type ProjectSetting,
} from '../lib/toolkit/clients/project-settings.ts'
import { findDefaultUser } from '../lib/toolkit/settings/default-user.ts'
import { AccountCommand } from './base/toolkit-command.ts'

interface SetupView {
  client: string
  dryRun: boolean
  undone: boolean
  /** The client key made for the client; null: the proxy needs none. */
  key: string | null
  files: { file: string; changed: boolean; diff: string[]; kept: string[] }[]
  /** Settings of the project in the current folder that lead the client past the proxy. */
  projectSettings: ProjectSetting[]
}

/** Any word: a proxy without client keys needs none, but clients insist on one. */
const NO_KEY = 'qwenctl'

export default class Setup extends AccountCommand {
  static override summary = 'point a client at the proxy in its own configuration'
  static override description =
    'Shows the change, keeps everything else in the file with its comments, and keeps a copy. --undo removes exactly this change, even if the file was edited since.'
  static override examples = [
    '<%= config.bin %> setup codex --model gpt-5-codex',
    '<%= config.bin %> setup claude-code --account anthropic/work --dry-run',
    '<%= config.bin %> setup codex --undo',
  ]
  static override args = {
    client: Args.string({
      description: `one of ${clients.map(({ id }) => id).join(', ')}`,
      required: true,
      ignoreStdin: true,
      options: clients.map(({ id }) => id),
    }),
  }
  static override flags = {
    account: Flags.string({ description: 'only this account serves the client', helpValue: 'ACCOUNT' }),
    model: Flags.string({ description: 'model that the client asks for', helpValue: 'MODEL' }),
    'dry-run': Flags.boolean({ description: 'show the change without making it' }),
    undo: Flags.boolean({
      description: 'remove the change of an earlier setup',
      exclusive: ['account', 'model'],
    }),
  }

  async run(): Promise<SetupView> {
    const { args, flags } = await this.parse(Setup)
    const client = findClient(args.client)
    const setups = new ClientSetups(join(this.toolkit.home.stateFolder, 'clients'))
    const isDry = flags['dry-run']
    return flags.undo ? this.#undo(client, setups, isDry) : this.#setUp(client, setups, flags)
  }

  async #setUp(
    client: ClientSetup,
    setups: ClientSetups,
    flags: {
      account?: string | undefined
      model?: string | undefined
      'dry-run': boolean
      user?: string | undefined
    },
  ): Promise<SetupView> {
    const { account, model = null } = flags
    const dryRun = flags['dry-run']
    if (client.needsModel && model === null)
      throw new QwenctlError('missing_answer', `${client.title} needs the name of a model`, {
        hint: `qwenctl setup ${client.id} --model MODEL; qwenctl models lists them`,
      })
    const keyName = (await this.#needsKey(account)) ? `setup-${client.id}` : null
    const url = await this.#url()
    const facts = (key: string): ClientFacts => ({
      home: homedir(),
      env: process.env,
      exists: existsSync,
      url,
      key,
      model,
    })
    const trial = setups.plan(client, facts(keyName === null ? NO_KEY : 'qk_…')) // throws before a key is created
    if (dryRun) return this.#show(client, trial, { dryRun, undone: false, key: keyName })
    await this.#revoke(setups.findKey(client.id))
    const secret = keyName === null ? NO_KEY : await this.#create(keyName, account)
    const plans = setups.plan(client, facts(secret))
    setups.apply(client, plans, { keyName, at: new Date().toISOString() })
    const view = this.#show(client, plans, { dryRun, undone: false, key: keyName })
    this.tell(`${client.title} uses the proxy at ${url} now: ${client.start(facts(secret))}`)
    this.tell(`qwenctl setup ${client.id} --undo removes this again`)
    return view
  }

  async #undo(client: ClientSetup, setups: ClientSetups, dryRun: boolean): Promise<SetupView> {
    const plans = setups.planUndo(client)
    const key = setups.findKey(client.id)
    if (!dryRun) {
      setups.applyUndo(client, plans)
      await this.#revoke(key)
    }
    const view = this.#show(client, plans, { dryRun, undone: !dryRun, key: null })
    if (!dryRun)
      this.tell(
        `${client.title} is set up as before; qwenctl setup ${client.id} points it at the proxy again`,
      )
    return view
  }

  #show(
    client: ClientSetup,
    plans: readonly FilePlan[],
    state: { dryRun: boolean; undone: boolean; key: string | null },
  ): SetupView {
    for (const { file, diff, kept } of plans) {
      this.print(diff.length === 0 ? `${file}: nothing to change` : `${file}:`)
      for (const line of diff) this.print(this.#colour(line))
      for (const path of kept) this.caution(`${file}: ${path} was changed since, and stays`)
    }
    const files = plans.map(({ file, diff, kept }) => ({ file, changed: diff.length > 0, diff, kept }))
    const projectSettings = state.undone
      ? []
      : findProjectSettings(client.id, { folder: process.cwd(), home: homedir() })
    for (const found of projectSettings)
      this.caution(
        `${found.file} has ${found.setting}: in this folder, ${client.title} leaves the proxy; ${describeWay(found)}`,
      )
    return { client: client.id, ...state, files, projectSettings }
  }

  #colour(line: string): string {
    if (line.startsWith('+')) return this.palette.good(line)
    return line.startsWith('-') ? this.palette.bad(line) : line
  }

  /** The proxy that runs now, else the configured address. */
  async #url(): Promise<string> {
    const running = this.toolkit.proxies.list().at(-1)
    if (running !== undefined) return running.url
    const port = String(await this.toolkit.settings.get('proxy.port'))
    this.caution(`no proxy is running; start it with qwenctl proxy start --port ${port}`)
    return `http://127.0.0.1:${port}`
  }

  /** A key is needed where other keys exist, and where one account must serve. */
  async #needsKey(account: string | undefined): Promise<boolean> {
    if (account !== undefined) return true
    const keys = await this.toolkit.keys.records()
    return keys.some(({ isTemporary, name }) => !isTemporary && !name.startsWith('setup-'))
  }

  async #create(name: string, account: string | undefined): Promise<string> {
    const keys = await this.toolkit.keys.records()
    if (keys.some((key) => key.name === name)) await this.toolkit.keys.revoke(name)
    const isTemporary = keys.every((key) => key.isTemporary)
    const user = await findDefaultUser(this.toolkit.settings)
    const accounts = account === undefined ? [] : [account]
    const { secret } = await this.toolkit.keys.create({ name, user, accounts, isTemporary })
    return secret
  }

  async #revoke(name: string | null): Promise<void> {
    if (name === null) return
    const keys = await this.toolkit.keys.records()
    if (keys.some((key) => key.name === name)) await this.toolkit.keys.revoke(name)
  }
}
