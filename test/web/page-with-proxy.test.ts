import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { Management } from '../../src/lib/management/management.ts'
import type { ManagementHandler } from '../../src/lib/proxy/server/management-seam.ts'
import { PENDING, TOKENS, givenLoginServer } from '../support/servers/login-server.ts'
import type { TestProxy } from '../support/servers/proxy-harness.ts'
import { givenProxy } from '../support/servers/proxy-harness.ts'
import { hasChromium, launchBrowser, openPage, withoutChromium } from './browser.ts'

let browser: Browser

const SIMULATED = { model: 'sandbox-small' }

/** A real proxy with its page, over simulated accounts. */
async function givenPageProxy(): Promise<TestProxy> {
  let handler: ManagementHandler | null = null
  const observe = { level: 'info', maxLogBytes: 1 << 20, countsMetrics: false, env: {} } as const
  const proxy = await givenProxy({
    accounts: [
      { provider: 'sandbox', name: 'work', limits: ['4/day', '60/minute'] },
      { provider: 'sandbox', name: 'spare', limits: ['3/day'], priority: 1, groups: ['night'] },
    ],
    settings: {
      observe,
      strategy: 'priority',
      management: (req, res, facts) => handler?.(req, res, facts),
    },
  })
  const startedAt = new Date().toISOString()
  const management = new Management({
    toolkit: proxy.toolkit,
    proxy: () => ({
      url: proxy.running.url,
      pid: process.pid,
      startedAt,
      strategy: 'priority',
      workers: 1,
      inFlight: proxy.running.inFlight,
    }),
    user: null,
    onTrouble: (message) => proxy.troubles.push(message),
  })
  handler = (req, res, facts) => management.handle(req, res, facts)
  return proxy
}

/** As `qwenctl proxy open` opens it. */
async function opened(proxy: TestProxy): Promise<Page> {
  const { token } = await proxy.toolkit.admin.ticket()
  const { page, context, troubles } = await openPage(browser, `${proxy.running.url}/#ticket=${token}`)
  onTestFinished(async () => {
    await context.close()
    expect(troubles).toEqual([])
  })
  await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor()
  expect(page.url()).not.toContain('ticket')
  return page
}

describe.skipIf(!hasChromium)(`the page of a proxy that runs${withoutChromium}`, () => {
  beforeAll(async () => {
    browser = await launchBrowser()
  })

  afterAll(() => browser.close())

  test('its overview has the numbers of /api/quota, and follows requests as they are made', async () => {
    const proxy = await givenPageProxy()
    for (let count = 0; count < 3; count += 1) expect((await proxy.chat(SIMULATED)).status).toBe(200)
    const page = await opened(proxy)
    const token = await proxy.toolkit.admin.token()
    const agrees = async () => {
      const { text } = await proxy.get('/api/quota', { authorization: `Bearer ${token}` })
      const { totals } = JSON.parse(text) as { totals: Record<string, number> }
      const shown = await page.locator('.tile-value').allTextContents()
      return (
        shown.slice(0, 3).join() ===
        `${totals['ready']} of ${totals['accounts']},${totals['remaining']},${totals['requests']}`
      )
    }
    await expect.poll(agrees).toBe(true)
    expect(
      await page.getByRole('meter', { name: 'requests / day' }).last().getAttribute('aria-valuetext'),
    ).toBe('3 of 4 used, 1 left')
    for (let count = 0; count < 2; count += 1) await proxy.chat(SIMULATED)
    await page.getByText('4/day is used up').waitFor()
    await expect.poll(agrees).toBe(true)
  })

  test('a model server of the user is added without a key, checked or not', async () => {
    const proxy = await givenPageProxy()
    const page = await opened(proxy)
    await page.getByRole('link', { name: 'Add account' }).click()
    await page.getByRole('button', { name: /^Ollama/ }).click()
    await page.getByRole('button', { name: 'Another provider' }).click()
    await page.locator('h1:focus', { hasText: 'Add an account' }).waitFor()
    await page.getByRole('button', { name: /^Ollama.*no key or API key/ }).click()
    await page.getByText('More settings').click()
    await page.getByLabel('Base URL').fill('http://127.0.0.1:9')
    await page.getByRole('button', { name: 'Add account' }).click()
    await page.getByText('The provider could not be reached').waitFor()
    await page.locator('button:focus', { hasText: 'Add account' }).waitFor()
    await page.getByLabel('Check that the server answers').uncheck()
    await page.getByRole('button', { name: 'Add account' }).click()
    await page.getByRole('heading', { level: 1, name: 'ollama/ollama' }).waitFor()
    expect((await proxy.toolkit.accounts.show('ollama')).auth.type).toBe('none')
  })

  test('what is done on it is done for every user', async () => {
    const proxy = await givenPageProxy()
    const page = await opened(proxy)
    await page.getByRole('link', { name: 'Add account' }).click()
    await page.getByRole('button', { name: /^Sandbox/ }).click()
    await page.getByLabel('Name').fill('work')
    await page.getByRole('button', { name: 'Add account' }).click()
    await expect.poll(() => page.getByLabel('Name').getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('Name').fill('third')
    await page.getByText('More settings').click()
    await page.getByLabel('Limits').fill('5/day nonsense')
    await page.getByRole('button', { name: 'Add account' }).click()
    await expect.poll(() => page.getByLabel('Limits').getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('Limits').fill('5/day')
    await page.getByRole('button', { name: 'Add account' }).click()
    await page.getByRole('heading', { level: 1, name: 'sandbox/third' }).waitFor()
    expect(await proxy.toolkit.accounts.show('third')).toMatchObject({
      enabled: true,
      limits: [{ max: 5, window: 'day' }],
    })

    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click()
    await page.getByText('No: Disabled').waitFor()
    expect((await proxy.toolkit.accounts.show('third')).enabled).toBe(false)
    await page.getByRole('button', { name: 'Enable', exact: true }).click()
    await page.getByRole('button', { name: 'Disable', exact: true }).waitFor()

    const settings = page.getByRole('region', { name: 'Settings' })
    await settings.getByLabel('Priority').fill('-1')
    await settings.getByRole('button', { name: 'Save settings' }).click()
    await page.getByText('Yes: the next request goes to it.').waitFor()
    expect((await proxy.chat(SIMULATED)).headers['x-qwenctl-account']).toContain('third')
    const gauge = page.getByRole('meter', { name: 'requests / day' })
    await expect.poll(() => gauge.getAttribute('aria-valuetext')).toBe('1 of 5 used, 4 left')

    await page.getByRole('button', { name: 'Reset', exact: true }).click()
    await page.getByRole('button', { name: 'Reset counters' }).click()
    await expect.poll(() => gauge.getAttribute('aria-valuetext')).toBe('0 of 5 used, 5 left')
    expect((await proxy.toolkit.accounts.show('third')).limits[0]).toMatchObject({ used: 0 })
  })

  test('a request through the proxy appears in the list as it is made, and in the history', async () => {
    const proxy = await givenPageProxy()
    const page = await opened(proxy)
    await page.getByText('Live').first().waitFor()
    await page.getByRole('link', { name: 'Live' }).click()
    await page.getByText('Nothing has happened yet').waitFor()
    await proxy.chat(SIMULATED)
    const row = page.getByRole('table').getByRole('row').nth(1)
    await row.waitFor()
    expect(await row.textContent()).toMatch(/200sandbox\/worksandbox-small/)
    await page.reload() // the log has the request, and no event comes for it
    await row.waitFor()
    expect(await row.textContent()).toMatch(/200sandbox\/worksandbox-small/)
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('rowheader', { name: 'sandbox/work' }).first().waitFor()
  })

  test('a client key that it makes opens the proxy, and one that it revokes does not', async () => {
    const proxy = await givenPageProxy()
    const page = await opened(proxy)
    await page.getByRole('link', { name: 'Keys' }).click()
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name').fill('editor')
    await page.getByRole('button', { name: 'Create key' }).click()
    const key = (await page.locator('.secret-text').textContent()) ?? ''
    await page.getByRole('button', { name: 'I have kept it' }).click()
    const status = async () => (await proxy.chat(SIMULATED, { authorization: `Bearer ${key}` })).status
    await expect.poll(status).toBe(200)
    await expect.poll(async () => (await proxy.chat(SIMULATED)).status).toBe(401)
    await page.getByRole('button', { name: 'Revoke editor' }).click()
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await page.getByText('No client keys').waitFor()
  })

  test("a login with a code at a server of one's own adds the account, and a new login brings it back", async () => {
    const server = await givenLoginServer()
    server.begins({ interval: 1 }, PENDING, [200, TOKENS])
    const proxy = await givenPageProxy()
    const page = await opened(proxy)
    await page.evaluate(() => (location.hash = '#/add'))
    await page.getByRole('button', { name: /custom/ }).click()
    await page.getByText('Log in with a code').click()
    await page.getByLabel('Name').fill('me')
    await page.getByLabel('Device endpoint').fill(server.deviceEndpoint)
    await page.getByLabel('Token endpoint').fill(server.tokenEndpoint)
    await page.getByLabel('Client id').fill('qwenctl-test')
    await page.getByLabel('Base URL', { exact: true }).fill('https://llm.example.com/v1')
    await page.getByRole('button', { name: 'Begin login' }).click()
    await page.getByText('WDJB-MJHT').waitFor()
    const picture = page.getByRole('img', { name: 'QR code of the address below' })
    await expect
      .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBeGreaterThan(0)
    await page.getByRole('heading', { level: 1, name: 'custom/me' }).waitFor()
    expect((await proxy.toolkit.accounts.show('me')).auth.type).toBe('oauth')
    expect(await page.content()).not.toContain(TOKENS.access_token)

    server.begins({ interval: 1 }, [200, TOKENS])
    await page.getByRole('button', { name: /^More actions for/ }).click()
    await page.getByRole('menuitem', { name: 'Log in again…' }).click()
    await page.getByText('Custom/me is logged in').waitFor()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  test('an account is archived, brought back, and destroyed', async () => {
    const proxy = await givenPageProxy()
    const page = await opened(proxy)
    await page.getByRole('button', { name: 'Actions for sandbox/spare' }).click()
    await page.getByRole('menuitem', { name: 'Archive…' }).click()
    await page.getByRole('button', { name: 'Archive', exact: true }).click()
    await page.getByRole('link', { name: 'sandbox/spare' }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Archive' }).click()
    await page.getByRole('button', { name: 'Bring back sandbox/spare' }).click()
    await page.getByRole('button', { name: 'Bring back', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'sandbox/spare' }).waitFor()
    expect(await proxy.toolkit.archive.list()).toEqual([])
  })
})
