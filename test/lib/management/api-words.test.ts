import { expect, test } from 'vitest'
import { givenApi } from '../../support/servers/management-harness.ts'

test('errors name the fields of the API, not the flags of commands', async () => {
  const api = await givenApi()
  const key = 'sk-0123456789abcdef'
  const refused = []
  for (const body of [
    { provider: 'custom', key },
    { provider: 'custom', key, baseUrl: 'x' },
    { provider: 'custom', key, baseUrl: 'http://169.254.169.254/v1' },
    { provider: 'openai' },
    { provider: 'openai', key: ' ' },
  ])
    refused.push((await api.post('/api/accounts', body)).json.error)
  expect(refused.map(({ code }) => code)).not.toContain('internal')
  for (const { message, hint } of refused) expect(`${message} ${hint}`).not.toMatch(/ --\w/)
  expect(refused[0]).toMatchObject({ hint: 'give its base URL, for example https://api.example.com/v1' })
})
