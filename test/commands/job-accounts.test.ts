import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runBinary, runCommand } from '../support/cli.ts'
import { temporaryFolder } from '../support/temp-folder.ts'

interface Shown {
  folder: string
  plan: { hasSchedule: boolean }[]
  settings: { key: string; value: number }[]
  added: { job: string | null; jobNote: string | null; error: string | null }[]
  jobs: { name: string; status: string; schedule: string; zone: string; kind: string }[]
}

async function shown(home: string, argv: string[]): Promise<Shown> {
  const { stdout } = await runCommand(home, [...argv, '--json'])
  return JSON.parse(stdout) as Shown
}

test('a clone and a template bring the files for jobs along, and no data', async () => {
  const home = temporaryFolder()
  await runCommand(home, ['auth', 'add', 'sandbox/one'])
  const { folder } = await shown(home, ['accounts', 'folder', 'one'])
  expect(
    ['settings.yaml', 'templates.yaml', 'keywords.yaml', 'media', 'data'].every((name) =>
      existsSync(join(folder, name)),
    ),
  ).toBe(true)
  writeFileSync(join(folder, 'keywords.yaml'), '- red\n')
  writeFileSync(join(folder, 'media', 'logo.svg'), '<svg/>')
  writeFileSync(join(folder, 'data', 'history.csv'), 'own')
  await runCommand(home, ['accounts', 'clone', 'one', 'two'])
  await runCommand(home, ['accounts', 'template', 'save', 'shop', 'one'])
  await runCommand(home, ['auth', 'add', 'sandbox/three'])
  writeFileSync(join(home, 'accounts/local/sandbox/three/templates.yaml'), 'own: text\n')
  await runCommand(home, ['accounts', 'template', 'apply', 'shop', 'three'])
  for (const name of ['two', 'three']) {
    const other = (await shown(home, ['accounts', 'folder', name])).folder
    expect(readFileSync(join(other, 'keywords.yaml'), 'utf8')).toBe('- red\n')
    expect(readFileSync(join(other, 'media', 'logo.svg'), 'utf8')).toBe('<svg/>')
    expect(existsSync(join(other, 'data', 'history.csv'))).toBe(false)
  }
  const kept = readFileSync(join(home, 'accounts/local/sandbox/three/templates.yaml'), 'utf8')
  expect(kept).toBe('own: text\n')
})

test('a template fills unchanged files, and replaces none that a person wrote', async () => {
  const home = temporaryFolder()
  for (const name of ['one', 'two']) await runCommand(home, ['auth', 'add', `sandbox/${name}`])
  const [one, two] = [
    await shown(home, ['accounts', 'folder', 'one']),
    await shown(home, ['accounts', 'folder', 'two']),
  ]
  writeFileSync(join(one.folder, 'settings.yaml'), 'model: sandbox-small\n')
  writeFileSync(join(one.folder, 'keywords.yaml'), '- red\n')
  writeFileSync(join(two.folder, 'keywords.yaml'), '- own\n')
  await runCommand(home, ['accounts', 'template', 'save', 'shop', 'one'])
  await runCommand(home, ['accounts', 'template', 'apply', 'shop', 'two'])
  expect(readFileSync(join(two.folder, 'settings.yaml'), 'utf8')).toBe('model: sandbox-small\n')
  expect(readFileSync(join(two.folder, 'keywords.yaml'), 'utf8')).toBe('- own\n')
})

test('the history of each account goes to its own folder, with nothing of the others', async () => {
  const home = temporaryFolder()
  for (const name of ['one', 'two']) await runCommand(home, ['auth', 'add', `sandbox/${name}`])
  for (const name of ['one', 'one', 'two'])
    expect(await runBinary(home, ['ask', 'sandbox-small', 'hi', '--account', name])).toMatchObject({
      exit: 0,
    })
  const { stdout } = await runCommand(home, ['quota', 'history', '--save'])
  expect(stdout.trim().split('\n')).toHaveLength(2)
  const countRequests = (name: string) => {
    const path = join(home, 'accounts/local/sandbox', name, 'data/history.csv')
    const [, ...rows] = readFileSync(path, 'utf8').trim().split('\r\n')
    return rows.map((row) => Number(row.split(',')[3])).reduce((sum, count) => sum + count, 0)
  }
  expect([countRequests('one'), countRequests('two')]).toEqual([2, 1])
})

test('a master list with twelve accounts brings schedules and limits over all accounts', async () => {
  const home = temporaryFolder()
  const source = join(home, 'bots')
  const entries = Array.from({ length: 12 }, (_, index) => {
    const folder = join(source, 'accounts', `account${index}`)
    mkdirSync(folder, { recursive: true })
    const task = index === 0 ? '' : '\n  template: promo'
    writeFileSync(
      join(folder, 'settings.yaml'),
      `provider: openai\napi_key: sk-${'k'.repeat(20)}${index}\nschedule:\n  times: ["07:00", "19:30"]\n  timezone: Asia/Jakarta${task}\n`,
    )
    writeFileSync(join(folder, 'keywords.yaml'), '- kuota\n')
    return `  - id: account${index}\n    name: "Shop - ${index}"\n    username: "@Shop${index}"\n    enabled: ${index !== 3}\n    folder: accounts/account${index}\n`
  })
  const list = `accounts:\n${entries.join('')}settings:\n  max_concurrent_accounts: 5\n  global_rate_limit:\n    tweets_per_hour: 20\n    likes_per_hour: 50\n`
  writeFileSync(join(source, 'accounts.yaml'), list)
  const done = await shown(home, ['accounts', 'migrate', '--from', join(source, 'accounts.yaml'), '--yes'])
  expect(done.added.map(({ error }) => error)).toEqual(Array.from({ length: 12 }, () => null))
  expect(done.added[0]).toMatchObject({ name: 'shop-0', jobNeedsTask: true })
  expect(done.added[0]!.jobNote).toContain('is paused')
  expect(done.settings).toEqual([
    { action: 'add', key: 'jobs.maxConcurrent', value: 5, reason: null },
    { action: 'add', key: 'jobs.maxPerHour', value: 20, reason: null },
  ])
  const { jobs } = await shown(home, ['jobs', 'list'])
  expect(jobs).toHaveLength(12)
  expect(new Set(jobs.map(({ schedule, zone }) => `${schedule} ${zone}`))).toEqual(
    new Set(['at 07:00, 19:30 Asia/Jakarta']),
  )
  expect(jobs.filter(({ kind }) => kind === 'ask')).toHaveLength(11)
  const { stdout } = await runCommand(home, ['config', 'list', '--json'])
  expect(stdout).toMatch(/"jobs\.maxConcurrent",\s+"value": 5/)
  expect(stdout).toMatch(/"jobs\.maxPerHour",\s+"value": 20/)
  const stopped = await runCommand(home, ['accounts', 'stop', 'shop-1', 'shop-2'])
  expect(stopped).toMatchObject({ exit: 0 })
})
