import { createConfig, lintFromString } from '@redocly/openapi-core'
import { expect, test } from 'vitest'
import { givenApi } from '../../support/servers/management-harness.ts'

test('the OpenAPI document is sound, open to every caller, and has every route', async () => {
  const api = await givenApi()
  const { status, text, json } = await api.get('/api/openapi.json', { token: null })
  expect(status).toBe(200)
  const config = await createConfig({
    extends: ['recommended-strict'],
    rules: { 'no-server-example.com': 'off', 'info-license-url': 'off', 'info-license-strict': 'off' },
  })
  const problems = await lintFromString({ source: text, absoluteRef: 'openapi.json', config })
  expect(
    problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`),
  ).toEqual([])
  const described = Object.entries(json.paths as Record<string, object>).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.sort()).toEqual(
    api.management.routes.map(({ method, path }) => `${method} ${path}`).sort(),
  )
  const ids = [...text.matchAll(/"operationId":"(\w+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
})

test('secrets are write-only: no schema of an answer has a field for one, but for the key that is shown once', async () => {
  const api = await givenApi()
  const { json } = await api.get('/api/openapi.json')
  const { schemas } = json.components as { schemas: Record<string, { properties?: Record<string, object> }> }
  const secret = /^(key|secret|token|ticket|credentials|apiKey|api_key|password)$/
  const found = Object.entries(schemas).flatMap(([name, { properties = {} }]) =>
    Object.entries(properties).flatMap(([field, schema]) =>
      secret.test(field) && !('writeOnly' in schema) ? [`${name}.${field}`] : [],
    ),
  )
  expect(found.sort()).toEqual([
    'CreatedClientKey.key',
    'CreatedClientKey.secret',
    'HistoryRow.key',
    'OneClientKey.key',
    'Request.key',
    'Session.token',
    'UserToken.token',
  ])
})
