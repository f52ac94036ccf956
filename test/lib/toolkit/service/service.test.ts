import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { resolveHome } from '../../../../src/lib/store/home.ts'
import { SERVICE_MARK, chooseService } from '../../../../src/lib/toolkit/service/service.ts'
import type { ServiceCommand } from '../../../../src/lib/toolkit/service/service.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const has = (program: string, ...args: string[]) => spawnSync(program, args).status === 0

function givenService(platform: NodeJS.Platform, env: NodeJS.ProcessEnv = {}, userFolder = '/home/me') {
  const home = resolveHome(env, platform, userFolder)
  return chooseService({ platform, env, userFolder, uid: 501, home })
}

const plain: ServiceCommand = {
  words: ['/opt/node/bin/node', '/opt/qwenctl/bin/run.js', 'proxy', 'start', '--port', '3000'],
  environment: {},
}
/** Whatever a path may hold. */
const odd: ServiceCommand = {
  words: ['/opt/my node/node', '/opt/100% "mine"/$HOME/run.js', 'proxy', 'start', '--ca', '/a\\b/<c>&d.pem'],
  environment: { QWENCTL_HOME: '/srv/50% & "more"/qwenctl' },
}

describe('on Linux', () => {
  test('it is a user unit that starts the proxy at login, and again when it fails', () => {
    const service = givenService('linux')
    expect(service).toMatchObject({
      kind: 'systemd',
      name: 'qwenctl-proxy.service',
      file: '/home/me/.config/systemd/user/qwenctl-proxy.service',
    })
    const lines = service.text(plain).split('\n')
    expect(lines[0]).toBe(`# ${SERVICE_MARK}`)
    expect(lines).toContain('ExecStart=/opt/node/bin/node /opt/qwenctl/bin/run.js proxy start --port 3000')
    for (const line of [
      'Restart=on-failure',
      'KillMode=mixed',
      'NoNewPrivileges=yes',
      'UMask=0077',
      'WantedBy=default.target',
      'EnvironmentFile=-/home/me/.config/qwenctl/service.env',
    ])
      expect(lines).toContain(line)
    expect(lines.filter((line) => line.startsWith('Environment='))).toEqual([])
  })

  test('words and variables with blanks, quotes, dollars and per cents are written so that they stay what they are', () => {
    const text = givenService('linux').text(odd)
    expect(text).toContain('ExecStart="/opt/my node/node" "/opt/100%% \\"mine\\"/$$HOME/run.js" proxy start')
    expect(text).toContain('"/a\\\\b/<c>&d.pem"\n')
    expect(text).toContain('Environment="QWENCTL_HOME=/srv/50%% & \\"more\\"/qwenctl"\n')
  })

  test('a home of its own has a unit of its own, always the same', () => {
    const [one, again, other] = ['/srv/a', '/srv/a', '/srv/b'].map((root) =>
      givenService('linux', { QWENCTL_HOME: root }),
    )
    expect(one?.name).toMatch(/^qwenctl-proxy-[0-9a-f]{8}\.service$/)
    expect(again?.name).toBe(one?.name)
    expect(other?.name).not.toBe(one?.name)
  })

  test.skipIf(!has('systemd-analyze', '--version'))(
    'systemd finds nothing wrong with it (where systemd-analyze is)',
    () => {
      const folder = temporaryFolder()
      for (const { words, environment } of [plain, odd]) {
        const command = { words: [process.execPath, ...words.slice(1)], environment }
        const file = join(folder, 'qwenctl-proxy.service')
        writeFileSync(file, givenService('linux').text(command))
        const checked = spawnSync('systemd-analyze', ['verify', '--user', file], {
          encoding: 'utf8',
          env: { ...process.env, XDG_RUNTIME_DIR: folder },
        })
        const about = checked.stderr.split('\n').filter((line) => line.includes('qwenctl-proxy.service'))
        expect(about).toEqual([])
        expect(checked.status, checked.stderr).toBe(0)
      }
    },
  )
})

describe('on macOS', () => {
  test('it is a launch agent', () => {
    const service = givenService('darwin', {}, '/Users/me')
    expect(service).toMatchObject({
      kind: 'launchd',
      name: 'qwenctl.proxy',
      file: '/Users/me/Library/LaunchAgents/qwenctl.proxy.plist',
      variablesFile: null,
    })
    expect(service.starting.map(({ words }) => words.join(' '))).toEqual([
      'launchctl bootout gui/501/qwenctl.proxy',
      `launchctl bootstrap gui/501 ${service.file}`,
    ])
    expect(service.text(plain)).toContain(SERVICE_MARK)
  })

  test.skipIf(!has('python3', '-c', 'import plistlib'))(
    'its file is a property list that says just that (where python3 is)',
    () => {
      const script =
        'import json,plistlib,sys; json.dump(plistlib.loads(sys.stdin.buffer.read()), sys.stdout)'
      for (const command of [plain, odd]) {
        const text = givenService('darwin', {}, '/Users/me').text(command)
        const { stdout } = spawnSync('python3', ['-c', script], { input: text, encoding: 'utf8' })
        const list = JSON.parse(stdout) as Record<string, unknown>
        expect(list).toMatchObject({
          Label: 'qwenctl.proxy',
          ProgramArguments: command.words,
          RunAtLoad: true,
          KeepAlive: { SuccessfulExit: false },
          Umask: 0o077,
          StandardErrorPath: '/Users/me/Library/Application Support/qwenctl/logs/proxy.log',
        })
        expect(list['EnvironmentVariables'] ?? {}).toEqual(command.environment)
      }
    },
  )
})

test.each([
  ['win32', 'Task Scheduler'],
  ['freebsd', 'service manager'],
] as const)('on %s it says what to use instead', (platform, hint) => {
  expect(() => givenService(platform, { APPDATA: 'C:\\a', LOCALAPPDATA: 'C:\\b' })).toThrow(
    expect.objectContaining({ code: 'failed', hint: expect.stringContaining(hint) }),
  )
})
