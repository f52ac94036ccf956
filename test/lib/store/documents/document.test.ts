import { asOrdinaryUser } from '../../../support/ordinary-user.ts'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { JsonDocument } from '../../../../src/lib/store/documents/document.ts'
import type { DocumentOptions } from '../../../../src/lib/store/documents/document.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

interface Notes {
  version: number
  notes: string[]
}

function notesIn(folder: string, options: Partial<DocumentOptions<Notes>> = {}): JsonDocument<Notes> {
  return new JsonDocument<Notes>({
    file: join(folder, 'notes.json'),
    kind: 'notebook',
    version: 1,
    empty: () => ({ version: 1, notes: [] }),
    validate: (data) => (Array.isArray((data as Notes).notes) ? null : 'notes must be a list'),
    ...options,
  })
}

const stored = (folder: string, name = 'notes.json') =>
  JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown
const permissions = (path: string) => statSync(path).mode & 0o777

test('a missing file reads as empty and stays missing until something changes', async () => {
  const folder = temporaryFolder()
  const notes = notesIn(folder)
  expect(await notes.read()).toEqual({ version: 1, notes: [] })
  expect(readdirSync(folder)).toEqual([])
})

test('what is written is on disk, 0600 in a 0700 folder, whatever NODE_ENV and umask say', async () => {
  const folder = join(temporaryFolder(), 'new', 'home')
  expect(process.env['NODE_ENV']).toBe('test')
  expect(await notesIn(folder).update((data) => data.notes.push('a'))).toBe(1)
  expect(stored(folder)).toEqual({ version: 1, notes: ['a'] })
  expect(await notesIn(folder).read()).toEqual({ version: 1, notes: ['a'] })
  expect(permissions(join(folder, 'notes.json'))).toBe(0o600)
  expect(permissions(folder)).toBe(0o700)
})

test('a file that was open to others is closed to them with the next write, and so is its backup', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'notes.json'), '{"version":1,"notes":[]}')
  chmodSync(join(folder, 'notes.json'), 0o644)
  await notesIn(folder).update((data) => data.notes.push('a'))
  expect(permissions(join(folder, 'notes.json'))).toBe(0o600)
  expect(permissions(join(folder, 'notes.json.bak'))).toBe(0o600)
})

test('each write keeps the version before it, and nothing else', async () => {
  const folder = temporaryFolder()
  for (const note of ['a', 'b', 'c']) await notesIn(folder).update((data) => data.notes.push(note))
  expect(stored(folder, 'notes.json.bak')).toEqual({ version: 1, notes: ['a', 'b'] })
  expect(readdirSync(folder).sort()).toEqual(['notes.json', 'notes.json.bak'])
})

test('unknown fields of a hand-edited file survive a change, also with a byte order mark', async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'notes.json'), '\uFEFF{"comment":"mine","version":1,"notes":[]}')
  await notesIn(folder).update((data) => data.notes.push('a'))
  expect(stored(folder)).toEqual({ comment: 'mine', version: 1, notes: ['a'] })
})

test('a change that throws or changes nothing leaves the file as it is, byte for byte', async () => {
  const folder = temporaryFolder()
  const text = '{ "version": 1,   "notes": ["a"] }'
  writeFileSync(join(folder, 'notes.json'), text)
  const failing = notesIn(folder).update((data) => {
    data.notes.push('b')
    throw new Error('no')
  })
  await expect(failing).rejects.toThrow('no')
  await notesIn(folder).update(() => undefined)
  expect(readFileSync(join(folder, 'notes.json'), 'utf8')).toBe(text)
  expect(readdirSync(folder)).toEqual(['notes.json'])
})

test('a change that would make the document unsound is refused as our own mistake', async () => {
  const folder = temporaryFolder()
  const wrong = notesIn(folder).update((data) => Object.assign(data, { notes: null }))
  await expect(wrong).rejects.toMatchObject({ code: 'internal' })
  expect(readdirSync(folder)).toEqual([])
})

test('overlapping changes of one process are applied one after the other', async () => {
  const notes = notesIn(temporaryFolder())
  const adds = Array.from({ length: 20 }, (_, index) =>
    notes.update(async (data) => {
      await new Promise((resolve) => setImmediate(resolve))
      data.notes.push(String(index))
    }),
  )
  await Promise.all(adds)
  expect((await notes.read()).notes).toHaveLength(20)
})

describe('behind a symbolic link', () => {
  test('the link stays, and what it points to changes', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'real'))
    mkdirSync(join(folder, 'linked'))
    const target = join(folder, 'real', 'kept.json')
    symlinkSync(join('..', 'real', 'kept.json'), join(folder, 'linked', 'notes.json'))
    for (const note of ['a', 'b'])
      await notesIn(join(folder, 'linked')).update((data) => data.notes.push(note))
    expect(JSON.parse(readFileSync(target, 'utf8'))).toEqual({ version: 1, notes: ['a', 'b'] })
    expect(readdirSync(join(folder, 'linked'))).toEqual(['notes.json'])
    expect(readdirSync(join(folder, 'real')).sort()).toEqual(['kept.json', 'kept.json.bak'])
  })

  test('that goes round in a circle, the error names the file', async () => {
    const folder = temporaryFolder()
    symlinkSync('notes.json', join(folder, 'notes.json'))
    const expected = { code: 'store_unwritable', message: expect.stringContaining('notes.json') }
    await expect(notesIn(folder).read()).rejects.toMatchObject(expected)
    await expect(notesIn(folder).update((data) => data.notes.push('a'))).rejects.toMatchObject(expected)
  })
})

describe('a damaged file', () => {
  const damages: [string, string][] = [
    ['', 'is empty'],
    ['  \n', 'is empty'],
    ['{"version":1,"notes":["secret-to', 'is not valid JSON'],
    ['{"version":1,\n"notes": oops}', 'is not valid JSON'],
    ['null', 'is not a JSON object'],
    ['[]', 'is not a JSON object'],
    ['{"notes":[]}', 'has no version number'],
    ['{"version":"1","notes":[]}', 'has no version number'],
    ['{"version":0,"notes":[]}', 'has version 0, which never was'],
    ['{"version":1,"notes":{}}', 'notes must be a list'],
  ]

  test.each(damages)('%j is refused again and again, left in place and copied once', async (text, reason) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'notes.json'), text)
    for (const attempt of [
      () => notesIn(folder).read(),
      () => notesIn(folder).update((data) => data.notes.push('a')),
    ]) {
      const error = await attempt().catch((thrown: unknown) => thrown as Error)
      expect(error).toMatchObject({ code: 'store_corrupt', message: expect.stringContaining(reason) })
      expect(error).toMatchObject({ message: expect.stringContaining(join(folder, 'notes.json')) })
      expect((error as Error).message, 'no piece of the content').not.toContain('secret-to')
    }
    const names = readdirSync(folder).sort()
    expect(names).toEqual(['notes.json', expect.stringMatching(/^notes\.json\.corrupt-\d{8}T\d{9}Z$/)])
    for (const name of names) expect(readFileSync(join(folder, name), 'utf8')).toBe(text)
  })

  test('the error names the place of the mistake and the copy', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'notes.json'), '{"version":1,\n"notes": [1, ]}')
    await expect(notesIn(folder).read()).rejects.toThrow(/line 2, column 14.*copy in notes\.json\.corrupt-/)
  })

  test('with a good backup beside it, the hint is the command that brings it back, and it works', async () => {
    const folder = temporaryFolder()
    for (const note of ['a', 'b']) await notesIn(folder).update((data) => data.notes.push(note))
    writeFileSync(join(folder, 'notes.json'), '')
    const error = await notesIn(folder)
      .read()
      .catch((thrown: unknown) => thrown as { hint: string })
    expect((error as { hint: string }).hint).toContain(
      `"${join(folder, 'notes.json.bak')}" "${join(folder, 'notes.json')}"`,
    )
    writeFileSync(join(folder, 'notes.json'), readFileSync(join(folder, 'notes.json.bak')))
    expect((await notesIn(folder).read()).notes).toEqual(['a'])
  })

  test('with a damaged backup too, the hint does not offer it', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'notes.json'), '{')
    writeFileSync(join(folder, 'notes.json.bak'), '{')
    await expect(notesIn(folder).read()).rejects.toMatchObject({ hint: expect.not.stringContaining('.bak') })
  })

  test('that is whole again a moment later, as when an editor writes in place, is read', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'notes.json'), '{"vers')
    const reading = notesIn(folder).read()
    writeFileSync(join(folder, 'notes.json'), '{"version":1,"notes":["a"]}')
    expect((await reading).notes).toEqual(['a'])
    expect(readdirSync(folder)).toEqual(['notes.json'])
  })
})

describe('versions', () => {
  const migrations = [
    { to: 2, migrate: (old: Record<string, unknown>) => ({ ...old, lines: old['text'] }) },
    {
      to: 3,
      migrate: ({ lines, text: _, ...old }: Record<string, unknown>) => ({
        ...old,
        notes: String(lines).split('\n'),
      }),
    },
  ]
  const third = { version: 3, migrations, empty: () => ({ version: 3, notes: [] }) }

  test('an older file reads as the newest, and is rewritten with the first change, the old one kept', async () => {
    const folder = temporaryFolder()
    const old = '{"version":1,"text":"a\\nb","extra":true}'
    writeFileSync(join(folder, 'notes.json'), old)
    expect(await notesIn(folder, third).read()).toEqual({ version: 3, notes: ['a', 'b'], extra: true })
    expect(readFileSync(join(folder, 'notes.json'), 'utf8'), 'reading writes nothing').toBe(old)
    await notesIn(folder, third).update((data) => data.notes.push('c'))
    expect(stored(folder)).toEqual({ version: 3, notes: ['a', 'b', 'c'], extra: true })
    expect(readFileSync(join(folder, 'notes.json.v1.bak'), 'utf8')).toBe(old)
    expect(permissions(join(folder, 'notes.json.v1.bak'))).toBe(0o600)
  })

  test('migrating what is migrated already changes nothing', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'notes.json'), '{"version":2,"lines":"a"}')
    await notesIn(folder, third).update(() => undefined)
    const once = readFileSync(join(folder, 'notes.json'), 'utf8')
    await notesIn(folder, third).update(() => undefined)
    expect(readFileSync(join(folder, 'notes.json'), 'utf8')).toBe(once)
  })

  test('a newer file is refused and untouched', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'notes.json'), '{"version":9,"unheardOf":1}')
    for (const attempt of [notesIn(folder).read(), notesIn(folder).update((data) => data.notes.push('a'))]) {
      await expect(attempt).rejects.toMatchObject({
        code: 'store_too_new',
        message: expect.stringContaining('version 9'),
      })
    }
    expect(readdirSync(folder)).toEqual(['notes.json'])
  })

  test('an old file that its migration cannot follow is damaged, not lost', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'notes.json'), '{"version":1}')
    const broken = [
      { to: 2, migrate: (old: Record<string, unknown>) => ({ notes: (old['text'] as string).split('\n') }) },
    ]
    await expect(notesIn(folder, { version: 2, migrations: broken }).read()).rejects.toMatchObject({
      code: 'store_corrupt',
    })
    expect(existsSync(join(folder, 'notes.json'))).toBe(true)
  })
})

describe('a place that cannot be used', () => {
  test('when a folder has the name of the file, the error names it', async () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'notes.json'))
    const expected = { code: 'store_unwritable', message: expect.stringContaining('it is a folder') }
    await expect(notesIn(folder).read()).rejects.toMatchObject(expected)
    await expect(notesIn(folder).update((data) => data.notes.push('a'))).rejects.toMatchObject(expected)
  })

  test('when a file is where the home must be, the error names the path', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'home'), '')
    const notes = notesIn(join(folder, 'home'))
    const expected = { code: 'store_unwritable', message: expect.stringContaining(join(folder, 'home')) }
    await expect(notes.read()).rejects.toMatchObject(expected)
    await expect(notes.update((data) => data.notes.push('a'))).rejects.toMatchObject(expected)
  })

  test('when the folder is read-only, reading works and writing says why not', async () => {
    const folder = temporaryFolder()
    await notesIn(folder).update((data) => data.notes.push('a'))
    chmodSync(folder, 0o500)
    await asOrdinaryUser(folder, async () => {
      expect((await notesIn(folder).read()).notes).toEqual(['a'])
      await expect(notesIn(folder).update((data) => data.notes.push('b'))).rejects.toThrow(
        'permission denied',
      )
    })
    chmodSync(folder, 0o700)
  })
})

describe('features that a document requires', () => {
  const features = { bells: ({ notes }: Record<string, unknown>) => (notes as string[]).includes('bell') }

  test('are listed while the data uses them, and no longer', async () => {
    const folder = temporaryFolder()
    const notes = notesIn(folder, { features })
    await notes.update((data) => data.notes.push('a'))
    expect(stored(folder)).toEqual({ version: 1, notes: ['a'] })
    await notes.update((data) => data.notes.push('bell'))
    expect(stored(folder)).toEqual({ version: 1, notes: ['a', 'bell'], requires: ['bells'] })
    const before = statSync(join(folder, 'notes.json')).mtimeMs
    await notes.update(() => undefined)
    expect(statSync(join(folder, 'notes.json')).mtimeMs).toBe(before)
    await notes.update((data) => data.notes.pop())
    expect(stored(folder)).toEqual({ version: 1, notes: ['a'] })
  })

  test('make a program that does not know them refuse the document, and change nothing', async () => {
    const folder = temporaryFolder()
    await notesIn(folder, { features }).update((data) => data.notes.push('bell'))
    const older = notesIn(folder)
    const before = readFileSync(join(folder, 'notes.json'), 'utf8')
    const refused = { code: 'store_too_new', message: expect.stringContaining('it needs bells') as string }
    await expect(older.read()).rejects.toMatchObject(refused)
    await expect(older.update((data) => data.notes.push('b'))).rejects.toMatchObject(refused)
    expect(readFileSync(join(folder, 'notes.json'), 'utf8')).toBe(before)
  })
})

test('a kept reading is the same object until the file changes, by whichever process and in whichever way', async () => {
  const folder = temporaryFolder()
  const notes = notesIn(folder)
  const shared: string[][] = []
  const reader = notesIn(folder, { share: (data) => shared.push(data.notes) })
  expect(await reader.readKept()).toEqual({ version: 1, notes: [] })
  await notes.update((data) => data.notes.push('a'))
  const first = await reader.readKept()
  expect(first.notes).toEqual(['a'])
  expect(await reader.readKept()).toBe(first)
  await reader.update((data) => data.notes.push('b')) // its own change, too
  expect(first.notes).toEqual(['a'])
  expect((await reader.readKept()).notes).toEqual(['a', 'b'])
  writeFileSync(join(folder, 'notes.json'), '{"version":1,"notes":["c"]}')
  expect((await reader.readKept()).notes).toEqual(['c'])
  expect(shared).toEqual([[], ['a'], ['a', 'b'], ['c']])
  writeFileSync(join(folder, 'notes.json'), '{"version":1}')
  await expect(reader.readKept()).rejects.toMatchObject({ code: 'store_corrupt' })
})
