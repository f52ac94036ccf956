import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ClientSetups } from '../../../../src/lib/toolkit/clients/client-setup.ts'
import { clients, type ClientFacts } from '../../../../src/lib/toolkit/clients/client-table.ts'
import { JsoncText } from '../../../../src/lib/toolkit/clients/jsonc-text.ts'
import { DotenvText } from '../../../../src/lib/toolkit/clients/dotenv-text.ts'
import { TomlText } from '../../../../src/lib/toolkit/clients/toml-text.ts'
import { YamlText } from '../../../../src/lib/toolkit/clients/yaml-text.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const KEY = 'qk_of-this-client-0123456789'
const OTHER_KEY = 'qk_of-this-client-9876543210'

const samples = {
  jsonc: '{\n  // mine\n  "theme": "dark", // t\n  "env": {"K": "v"},\n  "list": [1, 2,],\n}\n',
  toml: '# mine\nmodel = "gpt-5" # the best\nnotes = """\n[no.table]\n"""\n\n[mcp_servers.x]\ncommand = "npx" # c\nargs = [\n  "a", # ]\n]\n\n# tail\n',
  yaml: '# mine\nname: x\nversion: 1.0.0\nmodels:\n  - name: other # o\n    model: z\nrules: [a, b]\n',
  dotenv: 'A=1\n# mine\n',
}

/** Text that a person adds after the set-up. */
const additions = {
  jsonc: (text: string) => {
    const config = new JsoncText('f', text)
    config.set(['later'], 1)
    return config.text
  },
  toml: (text: string) => `${text}\n[later]\nx = 1\n`,
  yaml: (text: string) => `${text}later: 1\n`,
  dotenv: (text: string) => `${text}LATER=1\n`,
}

function given(): { setups: ClientSetups; facts: ClientFacts } {
  const home = temporaryFolder()
  const facts = { home, env: {}, exists: existsSync, url: 'http://127.0.0.1:3000', key: KEY, model: 'm1' }
  return { setups: new ClientSetups(join(home, 'state')), facts }
}

const made = { keyName: null, at: '2026-11-30T00:00:00.000Z' }

describe.each(clients)('$id', (client) => {
  test('is set up in an empty home, and its files are gone after the undo', () => {
    const { setups, facts } = given()
    const plans = setups.plan(client, facts)
    expect(plans.flatMap(({ diff }) => diff).join('\n')).not.toContain(KEY)
    setups.apply(client, plans, made)
    const all = plans.map(({ file }) => readFileSync(file, 'utf8')).join('\n')
    expect(all).toContain(KEY)
    expect(all).toContain('127.0.0.1:3000')
    for (const { file } of plans) expect(statSync(file).mode & 0o077).toBe(0)
    expect(setups.plan(client, facts).flatMap(({ diff }) => diff)).toEqual([]) // twice is as good as once
    setups.applyUndo(client, setups.planUndo(client))
    for (const { file } of plans) expect(existsSync(file)).toBe(false)
    expect(() => setups.planUndo(client)).toThrow('nothing to undo')
  })

  test('keeps all else, and the undo restores every byte', () => {
    const { setups, facts } = given()
    for (const { file, format } of client.files(facts)) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, samples[format])
    }
    const plans = setups.plan(client, facts)
    setups.apply(client, plans, made)
    for (const { file, format } of plans) {
      const text = readFileSync(file, 'utf8')
      for (const line of samples[format]
        .split('\n')
        .filter((each) => each.includes('#') || each.includes('//')))
        if (!line.startsWith('model =')) expect(text).toContain(line)
    }
    setups.apply(client, setups.plan(client, { ...facts, model: 'm2' }), made)
    setups.applyUndo(client, setups.planUndo(client))
    for (const { file, format } of plans) expect(readFileSync(file, 'utf8')).toBe(samples[format])
  })

  test('is undone without the copies of its files too', () => {
    const { setups, facts } = given()
    for (const { file, format } of client.files(facts)) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, samples[format])
    }
    const plans = setups.plan(client, facts)
    setups.apply(client, plans, made)
    const folder = join(facts.home, 'state', client.id)
    for (const name of readdirSync(folder)) if (name !== 'setup.json') rmSync(join(folder, name))
    setups.applyUndo(client, setups.planUndo(client))
    for (const { file } of plans) {
      const text = readFileSync(file, 'utf8')
      expect(text).not.toContain(KEY)
      expect(text).not.toContain('127.0.0.1:3000')
    }
  })

  test('names a damaged record of the set-up', () => {
    const { setups, facts } = given()
    setups.apply(client, setups.plan(client, facts), made)
    writeFileSync(join(facts.home, 'state', client.id, 'setup.json'), '{')
    expect(() => setups.planUndo(client)).toThrow('setup.json is damaged')
  })

  test('is undone exactly in a file that was edited since', () => {
    const { setups, facts } = given()
    for (const { file, format } of client.files(facts)) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, samples[format])
    }
    const plans = setups.plan(client, facts)
    setups.apply(client, plans, made)
    for (const { file, format } of plans) writeFileSync(file, additions[format](readFileSync(file, 'utf8')))
    setups.applyUndo(client, setups.planUndo(client))
    for (const { file, format } of plans)
      expect(readFileSync(file, 'utf8')).toBe(additions[format](samples[format]))
  })

  test('keeps through a second set-up what a person has added, and shows no key', () => {
    const { setups, facts } = given()
    for (const { file, format } of client.files(facts)) {
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, samples[format])
    }
    setups.apply(client, setups.plan(client, facts), made)
    for (const { file, format } of client.files(facts))
      writeFileSync(file, additions[format](readFileSync(file, 'utf8')))
    const again = setups.plan(client, { ...facts, key: OTHER_KEY, model: 'm2' })
    setups.apply(client, again, made)
    const undo = setups.planUndo(client)
    const shown = [...again, ...undo].flatMap(({ diff }) => diff).join('\n')
    for (const key of [KEY, OTHER_KEY]) expect(shown).not.toContain(key)
    setups.applyUndo(client, undo)
    for (const { file, format } of again)
      expect(readFileSync(file, 'utf8')).toBe(additions[format](samples[format]))
  })

  test('leaves a file alone that it cannot read', () => {
    const { setups, facts } = given()
    const [first] = client.files(facts)
    if (first === undefined || first.format === 'dotenv') return
    mkdirSync(dirname(first.file), { recursive: true })
    writeFileSync(first.file, first.format === 'toml' ? 'a = """\nno end' : '{ "a": [1, }')
    expect(() => setups.plan(client, facts)).toThrow(/cannot be edited/)
  })
})

/** Values that a set-up replaces, in forms that no writer would choose. */
const replaced: readonly (readonly [client: string, text: string, addition: string])[] = [
  ['codex', "# c\nmodel = 'gpt-5' # mine\nmodel_provider = 'openai'\n", '[later]\nx = 1\n'],
  [
    'codex',
    '[model_providers.qwenctl] # mine\n# note\nhttp_headers = { "x-a" = "b" }\nlist = [\n  "a",\n]\n',
    '\n[later]\nx = 1\n',
  ],
  ['codex', "model = 'a'\r\n[tui]\r\nx = 1\r\n", '[later]\r\nx = 1\r\n'],
  [
    'opencode',
    '{\n  "provider": {\n    "qwenctl": {\n      // mine\n      "npm": "x", "n": 1e3\n    }\n  },\n  "model": "a/b" // m\n}\n',
    '// later\n',
  ],
  ['qwen-code', '{"model":{"name":"\\u0061b"},"x":1}\n', '// later\n'],
  [
    'continue',
    "name: 'mine'\nversion: 0.0.1\nschema: v1\nmodels:\n  # first\n  - name: qwenctl # own\n    provider: 'openai' # p\n    model: >-\n      x\n  - {name: z}\n",
    'later: 1\n',
  ],
  ['gemini', "# k\nexport GEMINI_API_KEY='abc' # mine\nOTHER=1\n", 'LATER=1\n'],
]

test.each(replaced)('%s: a replaced value comes back as it was written: %j', (id, text, addition) => {
  const { setups, facts } = given()
  const client = clients.find((each) => each.id === id)!
  const { file } = client.files(facts)[0]!
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  for (const model of ['m1', 'm2']) setups.apply(client, setups.plan(client, { ...facts, model }), made)
  writeFileSync(file, readFileSync(file, 'utf8') + addition)
  setups.apply(client, setups.plan(client, facts), made)
  setups.applyUndo(client, setups.planUndo(client))
  expect(readFileSync(file, 'utf8')).toBe(text + addition)
})

test('a file without a line break at its end gets none', () => {
  const { setups, facts } = given()
  const client = clients.find(({ id }) => id === 'codex')!
  const { file } = client.files(facts)[0]!
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, '[a]\nx = 1')
  setups.apply(client, setups.plan(client, facts), made)
  writeFileSync(file, `# later\n${readFileSync(file, 'utf8')}`)
  setups.applyUndo(client, setups.planUndo(client))
  expect(readFileSync(file, 'utf8')).toBe('# later\n[a]\nx = 1')
})

test('a value that a person has changed since stays, and is named', () => {
  const { setups, facts } = given()
  const client = clients.find(({ id }) => id === 'claude-code')!
  const plans = setups.plan(client, facts)
  setups.apply(client, plans, made)
  const { file } = plans[0]!
  writeFileSync(file, readFileSync(file, 'utf8').replace('"m1"', '"mine"'))
  const [undo] = setups.planUndo(client)
  expect(undo?.kept).toEqual(['env.ANTHROPIC_MODEL'])
  expect(JSON.parse(undo!.after)).toEqual({ env: { ANTHROPIC_MODEL: 'mine' } })
})

test('JSON with comments: what is set can be read, and its removal restores every byte', () => {
  const name = fc.stringMatching(/^[a-z]{1,6}$/)
  fc.assert(
    fc.property(
      fc.dictionary(
        name,
        fc.oneof(fc.integer(), fc.string(), fc.dictionary(name, fc.boolean(), { minKeys: 1 })),
        { minKeys: 1 },
      ),
      fc.constantFrom(0, 2, '\t'),
      fc.boolean(),
      (values, indent, hasComments) => {
        let text = `${JSON.stringify(values, null, indent)}\n`
        if (hasComments && indent !== 0) text = text.replace(/,\n/g, ', // note\n')
        const config = new JsoncText('f', text)
        config.set(['Fresh', 'deep'], [1, { a: '}' }])
        expect(config.get(['Fresh', 'deep'])).toEqual([1, { a: '}' }])
        for (const [key, value] of Object.entries(values)) expect(config.get([key])).toEqual(value)
        config.remove(['Fresh'])
        expect(config.text).toBe(text)
      },
    ),
  )
})

test('TOML: a key at the top never lands in a table, and a table in another form is refused', () => {
  const config = new TomlText('f', '[a]\nmodel = "x"\n')
  config.set(['model'], 'y')
  expect(config.text).toBe('model = "y"\n[a]\nmodel = "x"\n')
  const inline = new TomlText('f', 'model_providers = { qwenctl = { name = "x" } }\n')
  expect(() => inline.set(['model_providers', 'qwenctl'], { name: 'q' })).toThrow(/another form/)
})

describe('YAML', () => {
  const entry = { name: 'qwenctl', provider: 'openai', model: 'm1' }
  /** Layouts that a writer of YAML would change. */
  const files = {
    'wide indents and aligned comments':
      '# head\nname:    mine      # n\nmodels:\n    -   name: a     # first\n        roles: [ chat,edit ]\n\n    # between\n    - name: "b"\n      prompt: |\n        two\n          lines\n\nrules:\n- x\n\n# tail\n',
    'a list without indents, and no line break at the end': 'models:\n- name: a\n  model: z # last',
    'Windows line breaks': 'name: x\r\nmodels:\r\n  - name: a\r\n    model: z\r\nother: 1\r\n',
    'no list': "version: '1.0.0'\n\n# only this\n",
    'no list, and no line break at the end': 'version: 1.0.0 # v',
  }

  test.each(Object.entries(files))('keeps the bytes of all other lines: %s', (_, before) => {
    const config = new YamlText('f', before)
    config.set(['models', 'qwenctl'], entry)
    expect(config.get(['models', 'qwenctl'])).toEqual(entry)
    const added = config.text
    let rest = added
    for (const line of before.split(/\r?\n/)) {
      expect(rest).toContain(line)
      rest = rest.slice(rest.indexOf(line) + line.length) // in their order
    }
    config.set(['models', 'qwenctl'], { ...entry, model: 'm2' })
    config.set(['models', 'qwenctl'], entry)
    expect(config.text).toBe(added)
    config.remove(['models', 'qwenctl'])
    if (!before.includes('models')) config.remove(['models'])
    expect(config.text).toBe(before)
  })

  test.each(['models: [{name: a}]\n', '{models: [{name: a}]}\n', 'models:\nname: x\n'])(
    'edits %j, which has another form',
    (before) => {
      const config = new YamlText('f', before)
      config.set(['models', 'qwenctl'], entry)
      expect(config.get(['models', 'qwenctl'])).toEqual(entry)
      config.remove(['models', 'qwenctl'])
      expect(config.get(['models', 'qwenctl'])).toBeUndefined()
    },
  )

  test('refuses a list that is none', () => {
    expect(() => new YamlText('f', 'models: all\n').set(['models', 'qwenctl'], entry)).toThrow('is no list')
  })
})

test('variables of a file: the form of a line stays', () => {
  const config = new DotenvText('# mine\r\nexport KEY=old\r\n')
  config.set(['KEY'], 'new')
  config.set(['MORE'], 'x')
  expect(config.text).toBe('# mine\r\nexport KEY=new\r\nMORE=x\r\n')
})
