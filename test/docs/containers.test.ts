// No test starts the containers of the example. This compares what they name with the program and its files.

import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

interface Service {
  build?: { context: string; dockerfile: string }
  volumes?: string[]
  secrets?: string[]
  healthcheck: { test: string[] }
}

interface Manifest {
  commands: Record<string, { flags: Record<string, unknown> }>
}

const root = new URL('../../', import.meta.url)
const folder = new URL('examples/several-machines/', root)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const readJson = (name: string): unknown => JSON.parse(readFileSync(new URL(name, root), 'utf8'))

const compose = parse(read('compose.yaml')) as {
  services: Record<string, Service>
  secrets: Record<string, { file: string }>
}
const containerfile = read('Containerfile')
const names = ['compose.yaml', 'Containerfile', 'nginx.conf', 'start-env', 'start-local.sh']

test('the example consists of the files that this test knows', () => {
  const kept = readdirSync(folder).filter((name) => !/\.(tgz|txt)$/.test(name))
  expect(kept.sort()).toEqual(names.toSorted())
})

test('the image has the Node that the program is tested with', () => {
  const { engines, devDependencies } = readJson('package.json') as {
    engines: { node: string }
    devDependencies: { node: string }
  }
  const major = Number(/^FROM node:(\d+)/m.exec(containerfile)?.[1])
  expect(major).toBe(Number(devDependencies.node.split('.')[0]))
  expect(major).toBeGreaterThanOrEqual(Number(/\d+/.exec(engines.node)![0]))
})

test('every file that a container gets is in the folder, or is the package of the clone', () => {
  const copied = [...containerfile.matchAll(/^COPY (?:--\S+ )*(\S+) /gm)].map(([, source]) => source!)
  expect(copied).toContain('qwenctl-*.tgz')
  const mounted = Object.values(compose.services)
    .flatMap(({ volumes = [] }) => volumes)
    .flatMap((volume) => /^\.\/([^:]+):/.exec(volume)?.[1] ?? [])
  const built = Object.values(compose.services).flatMap(({ build }) => build?.dockerfile ?? [])
  expect(built).toEqual(['Containerfile'])
  for (const name of [...copied, ...mounted, ...built])
    if (!name.includes('*')) expect(existsSync(new URL(name, folder)), name).toBe(true)
})

test('every secret that a file reads is given to its service', () => {
  const given = new Set(Object.keys(compose.secrets))
  const used = [...`${read('compose.yaml')}${read('start-env')}`.matchAll(/\/run\/secrets\/([\w-]+)/g)]
  for (const [, name] of used) expect(given).toContain(name)
  expect(new Set(compose.services['proxy']?.secrets)).toEqual(given)
})

test('every command and flag of qwenctl is one that the program has', () => {
  const { commands } = readJson('oclif.manifest.json') as Manifest
  const texts = names.map((name) => read(name).replaceAll('$qwenctl', 'qwenctl')).join('\n')
  const used = [...texts.matchAll(/qwenctl ([a-z]+ [a-z]+)((?: +(?!2?>)[^\s'"&|]+)*)/g)]
  expect(used.map(([, command]) => command)).toEqual(
    expect.arrayContaining(['proxy start', 'auth add', 'keys create']),
  )
  for (const [, command = '', rest = ''] of used) {
    const found = commands[command.replace(' ', ':')]
    expect(found, command).toBeDefined()
    for (const [, flag = ''] of rest.matchAll(/--([a-z-]+)/g))
      expect(Object.keys(found!.flags)).toContain(flag)
  }
})

test('the health checks and the balancer use the port and the path of the proxy', () => {
  const port = /^EXPOSE (\d+)$/m.exec(containerfile)?.[1]
  for (const name of ['proxy', 'balancer'])
    expect(compose.services[name]!.healthcheck.test.join(' ')).toContain(`http://127.0.0.1:${port}/health`)
  expect(read('nginx.conf')).toContain(`server proxy:${port} resolve`)
  const source = readFileSync(fileURLToPath(new URL('src/lib/proxy/server/local-answers.ts', root)), 'utf8')
  expect(source).toContain("case '/health':")
})
