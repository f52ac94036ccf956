import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { binary, runBinary } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/temp-folder.ts'
import { parseError } from './proxy-process.ts'

const isLinux = process.platform === 'linux'

interface Installed {
  service: { kind: string; name: string; file: string }
  text: string
  started: boolean
  left: string[]
}

/** A home, and a `systemctl` that writes down how it is called and ends with this code. */
function givenSystem(exit = 0) {
  const home = temporaryFolder()
  const bin = join(home, 'bin')
  mkdirSync(bin)
  const calls = join(home, 'calls')
  const script = `#!/bin/sh\necho "$*" >> '${calls}'\n[ ${exit} = 0 ] || echo 'Failed to connect to bus' >&2\nexit ${exit}\n`
  writeFileSync(join(bin, 'systemctl'), script)
  chmodSync(join(bin, 'systemctl'), 0o755)
  const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, XDG_CONFIG_HOME: undefined }
  const units = join(home, '.config', 'systemd', 'user')
  return {
    home,
    units,
    run: (...words: string[]) => runBinary(home, ['proxy', ...words], { env }),
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : []),
  }
}

test.skipIf(!isLinux)(
  'install writes the unit, starts it, and status says so; uninstall takes all of it back (Linux)',
  async () => {
    const { home, units, run, calls } = givenSystem()
    mkdirSync(units, { recursive: true })
    writeFileSync(join(units, 'other.service'), '[Unit]\n')
    const result = await run('install', '--port', '4567', '--workers', '2', '--json')
    expect(result).toMatchObject({ exit: 0, stderr: '' })
    const { service, text, started, left } = JSON.parse(result.stdout) as Installed
    expect({ started, left }).toEqual({ started: true, left: [] })
    expect(service.file).toBe(join(units, service.name))
    expect(readFileSync(service.file, 'utf8')).toBe(text)
    expect(statSync(service.file).mode & 0o777).toBe(0o600)
    expect(text).toContain(`ExecStart=${process.execPath} ${binary} proxy start --port 4567 --workers 2\n`)
    expect(text).toContain(`Environment=QWENCTL_HOME=${home}\n`)
    expect(calls()).toEqual([
      '--user daemon-reload',
      `--user enable ${service.name}`,
      `--user restart ${service.name}`,
    ])
    const status = JSON.parse((await run('status', '--json')).stdout) as { service: unknown }
    expect(status.service).toEqual(service)
    expect((await run('status')).stdout).toContain(service.file)
    expect(await run('uninstall')).toMatchObject({ exit: 0, stderr: `Removed ${service.file}.\n` })
    expect(calls().slice(3)).toEqual([`--user disable --now ${service.name}`, '--user daemon-reload'])
    expect(readdirSync(units)).toEqual(['other.service'])
    expect((JSON.parse((await run('status', '--json')).stdout) as { service: unknown }).service).toBeNull()
    const again = await run('uninstall', '--json')
    expect(again.exit).toBe(1)
    expect(parseError(again).hint).toContain('proxy install')
  },
)

test.skipIf(!isLinux)(
  'where systemd cannot be reached, the unit is written and the commands to type are printed (Linux)',
  async () => {
    const { units, run } = givenSystem(1)
    const result = await run('install')
    expect(result).toMatchObject({ exit: 0, stdout: '' })
    const [name = ''] = readdirSync(units)
    expect(result.stderr).toContain('systemctl --user daemon-reload failed: Failed to connect to bus')
    for (const words of ['daemon-reload', `enable ${name}`, `restart ${name}`])
      expect(result.stderr).toContain(`  systemctl --user ${words}\n`)
  },
)

test.skipIf(!isLinux)('--print shows the unit and changes nothing (Linux)', async () => {
  const { home, run, calls } = givenSystem()
  const before = readdirSync(home, { recursive: true }).filter((name) => !String(name).startsWith('.cache'))
  const result = await run(
    'install',
    '--print',
    '--host',
    '127.0.0.2',
    '--strategy',
    'round-robin',
    '--verbose',
  )
  expect(result.exit).toBe(0)
  expect(result.stdout).toContain(' proxy start --host 127.0.0.2 --strategy round-robin --verbose\n')
  expect(result.stdout).toMatch(/^# Written by qwenctl proxy install/)
  expect(calls()).toEqual([])
  const after = readdirSync(home, { recursive: true }).filter(
    (name) => !String(name).startsWith('.cache') && !String(name).startsWith('cache'),
  )
  expect(after).toEqual(before)
})

test.skipIf(!isLinux)(
  'a file of that name from another program is neither replaced nor removed (Linux)',
  async () => {
    const { units, run, calls } = givenSystem()
    const { service } = JSON.parse((await run('install', '--print', '--json')).stdout) as Installed
    mkdirSync(units, { recursive: true })
    writeFileSync(service.file, '[Service]\nExecStart=/bin/true\n')
    for (const verb of ['install', 'uninstall']) {
      const result = await run(verb, '--json')
      expect(result.exit).toBe(1)
      expect(parseError(result).message).toContain('was not written by qwenctl')
    }
    expect(readFileSync(service.file, 'utf8')).toBe('[Service]\nExecStart=/bin/true\n')
    expect(calls()).toEqual([])
  },
)

test.skipIf(!isLinux)('the passphrase is not written down; where to put it is said (Linux)', async () => {
  const { home, run } = givenSystem()
  const env = { QWENCTL_PASSPHRASE: 'correct horse battery' }
  const result = await runBinary(home, ['proxy', 'install', '--print'], { env })
  expect(result.stdout).not.toContain('horse')
  const { stderr } = await run('install')
  expect(stderr).not.toContain('QWENCTL_PASSPHRASE')
  const told = await runBinary(home, ['proxy', 'install'], { env })
  expect(told.stderr).toContain(`put QWENCTL_PASSPHRASE=... into ${join(home, 'service.env')}`)
  expect(told.stderr).not.toContain('horse')
})
