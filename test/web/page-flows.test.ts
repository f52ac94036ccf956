import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { hasChromium, launchBrowser, openPage, signIn, withoutChromium } from './browser.ts'
import { ADMIN_TOKEN, FakeApi, TICKET } from '../support/servers/fake-api.ts'
import { madeAccount, threeAccounts } from '../support/servers/fake-api-data.ts'

let browser: Browser
let api: FakeApi

async function signedIn(hash = ''): Promise<Page> {
  const { page, context, troubles } = await openPage(browser, api.url)
  onTestFinished(async () => {
    await context.close()
    expect(troubles).toEqual([])
  })
  await signIn(page, ADMIN_TOKEN)
  await expect.poll(() => api.listeners).toBe(1)
  if (hash !== '') await page.evaluate((hash) => (location.hash = hash), hash)
  return page
}

function findId(name: string): string {
  const account = api.accounts.find((each) => each.name === name)
  if (account === undefined) throw new Error(`no account ${name}`)
  return account.id
}

describe.skipIf(!hasChromium)(`what one does on the page${withoutChromium}`, () => {
  beforeAll(async () => {
    browser = await launchBrowser()
  })

  beforeEach(async () => {
    api = new FakeApi(threeAccounts(Date.now()))
    await api.start()
    onTestFinished(() => api.stop())
  })

  afterAll(() => browser.close())

  test('a wrong token is said at its field, the right one leads in, and signing out forgets it', async () => {
    const { page, context } = await openPage(browser, api.url)
    onTestFinished(() => context.close())
    expect(await page.getByText('qwenctl config get adminToken').count()).toBe(1)
    await page.getByLabel('Admin token').fill('qa_wrong')
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await page.getByText('The admin token is wrong').waitFor()
    expect(await page.getByLabel('Admin token').getAttribute('aria-invalid')).toBe('true')
    await signIn(page, ADMIN_TOKEN)
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByLabel('Admin token').waitFor()
    // The server ends the session too.
    await expect.poll(() => api.bodies.has('DELETE /session')).toBe(true)
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain('qs_')
  })

  test('a ticket in the address leads in, and is gone from it', async () => {
    const { page, context } = await openPage(browser, `${api.url}/#ticket=${TICKET}`)
    onTestFinished(() => context.close())
    await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor()
    expect(page.url()).not.toContain('ticket')
    expect(api.bodies.get('POST /session')).toEqual({ ticket: TICKET })
  })

  test('a ticket that is too old leads to the form, with the reason', async () => {
    const { page, context } = await openPage(browser, `${api.url}/#ticket=qt_old`)
    onTestFinished(() => context.close())
    await page.getByText('The link did not sign you in').waitFor()
    expect(page.url()).not.toContain('ticket')
  })

  test('a quota event changes the numbers on the page', async () => {
    const page = await signedIn()
    const tile = page.locator('.tile').filter({ hasText: 'Requests today' })
    await expect.poll(() => tile.textContent()).toContain('2,098')
    const [work] = api.accounts
    if (work === undefined) throw new Error('no account')
    api.change(work.id, { today: { ...work.today, requests: work.today.requests + 2 } })
    await expect.poll(() => tile.textContent()).toContain('2,100')
  })

  test('searching, filtering and choosing to compare lead where they say', async () => {
    const page = await signedIn()
    await page.getByRole('searchbox', { name: 'Search' }).fill('team')
    await page.getByRole('checkbox', { name: 'Choose openrouter/team to compare' }).check()
    expect(await page.getByRole('checkbox').count()).toBe(1)
    await page.getByRole('searchbox', { name: 'Search' }).fill('nobody')
    await page.getByRole('button', { name: 'Clear the filter' }).click()
    await page.getByRole('combobox', { name: 'Provider' }).selectOption('qwen')
    await page.getByRole('checkbox', { name: 'Choose qwen/work to compare' }).check()
    await page.getByRole('link', { name: 'Compare', exact: true }).last().click()
    await page.getByRole('heading', { level: 1, name: 'Compare' }).waitFor()
    const table = page.getByRole('table')
    await expect
      .poll(() => table.getByRole('columnheader').allTextContents())
      .toEqual(['openrouter/team', 'qwen/work'])
    await page.getByRole('button', { name: 'Take qwen/work out' }).click()
    await page.getByText('Choose two to four accounts').waitFor()
  })

  test('an account is added with its key; what the server refuses is said at the field', async () => {
    const page = await signedIn()
    await page.getByRole('link', { name: 'Add account' }).click()
    await page.getByRole('button', { name: /^Qwen \(DashScope\)/ }).click()
    await page.getByText('Keys of the Coding Plan are for interactive coding tools alone').waitFor()
    await page.getByLabel('Name').fill('work')
    await page.getByLabel('API key', { exact: true }).fill('sk-refused')
    await page.getByText('More settings').click()
    await page.getByLabel('Limits').fill('2000/day lots')
    await page.getByRole('button', { name: 'Add account' }).click()
    await page.getByText('There is an account "qwen/work"').waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('name'))).toBe('name')
    await page.getByLabel('Name').fill('home')
    await page.getByRole('button', { name: 'Add account' }).click()
    await page.getByText('"lots" is not a limit').waitFor()
    expect(await page.getByLabel('Limits').getAttribute('aria-invalid')).toBe('true')
    await page.getByLabel('Limits').fill('2000/day')
    await page.getByRole('button', { name: 'Add account' }).click()
    await page.getByText('Qwen refuses the key').waitFor()
    await page.getByLabel('API key', { exact: true }).fill('sk-good')
    await page.getByRole('button', { name: 'Add account' }).click()
    await page.getByRole('heading', { level: 1, name: 'qwen/home' }).waitFor()
    expect(api.bodies.get('POST /accounts')).toEqual({
      provider: 'qwen',
      name: 'home',
      key: 'sk-good',
      limits: ['2000/day'],
    })
  })

  test('a device login shows the picture, the code and the address, and continues automatically', async () => {
    const page = await signedIn('#/add')
    await page.getByRole('button', { name: /^Qwen login/ }).click()
    await page.getByText('closed on 2026-04-15').waitFor()
    await page.getByRole('button', { name: 'Begin login' }).click()
    await page.getByText('WDJB-MJHT').waitFor()
    const picture = page.getByRole('img', { name: 'QR code of the address below' })
    await expect
      .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBeGreaterThan(0)
    expect(
      await page.getByRole('link', { name: 'https://login.example.com/device' }).getAttribute('href'),
    ).toContain('user_code=WDJB-MJHT')
    api.finishLogin('done', madeAccount(Date.now(), { provider: 'qwen-oauth', name: 'me' }))
    await page.getByRole('heading', { level: 1, name: 'qwen-oauth/me' }).waitFor()
  })

  test('a device login that is refused says so, and can begin again', async () => {
    const page = await signedIn('#/add')
    await page.getByRole('button', { name: /^Qwen login/ }).click()
    await page.getByRole('button', { name: 'Begin login' }).click()
    await page.getByText('Waiting for the login').waitFor()
    api.finishLogin('denied')
    await page.getByText('The login was refused in the browser.').waitFor()
    await page.getByRole('button', { name: 'Begin again' }).click()
    await page.getByRole('button', { name: 'Begin login' }).waitFor()
  })

  test('an account is disabled, enabled, and reset only after it was asked', async () => {
    const page = await signedIn(`#/accounts/${findId('work')}`)
    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await page
      .getByRole('dialog', { name: 'Disable qwen/work?' })
      .getByRole('button', { name: 'Disable' })
      .click()
    await page.getByRole('button', { name: 'Enable', exact: true }).click()
    await page.getByRole('button', { name: 'Disable', exact: true }).waitFor()

    await page.getByRole('button', { name: 'Reset', exact: true }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect(api.seen.filter((name) => name.endsWith('/reset'))).toEqual([])
    await page.getByRole('button', { name: 'Reset', exact: true }).click()
    await page.getByRole('button', { name: 'Reset counters' }).click()
    await page.getByText('Qwen/work starts from zero').waitFor()
    const gauge = page.getByRole('meter', { name: 'requests / day' })
    await expect.poll(() => gauge.getAttribute('aria-valuetext')).toBe('0 of 2,000 used, 2,000 left')
  })

  test('settings send only what was changed, and what is wrong is said at its field', async () => {
    const page = await signedIn(`#/accounts/${findId('work')}`)
    const settings = page.getByRole('region', { name: 'Settings' })
    await settings.getByLabel('Limits').fill('2000/day nonsense')
    await settings.getByRole('button', { name: 'Save settings' }).click()
    await settings.getByText('"nonsense" is not a limit').waitFor()
    await settings.getByRole('button', { name: 'Undo changes' }).click()
    await settings.getByLabel('Priority').fill('7')
    await settings.getByRole('button', { name: 'Save settings' }).click()
    await page.getByText('Qwen/work is changed').waitFor()
    expect(api.bodies.get(`PATCH /accounts/${findId('work')}`)).toEqual({ priority: 7 })
  })

  test('an account is renamed, archived, and brought back under another name when its own is taken', async () => {
    const page = await signedIn(`#/accounts/${findId('work')}`)
    const id = findId('work')
    const choose = async (item: string) => {
      await page.getByRole('button', { name: /^More actions for/ }).click()
      await page.getByRole('menuitem', { name: item }).click()
    }
    await choose('Rename…')
    await page.getByLabel('New name').fill('office')
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.getByRole('heading', { level: 1, name: 'qwen/office' }).waitFor()
    await choose('Archive…')
    await page.getByRole('button', { name: 'Archive', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Accounts' }).waitFor()

    api.accounts = [...api.accounts, madeAccount(Date.now(), { provider: 'qwen', name: 'office' })]
    await page.getByRole('link', { name: 'Archive' }).click()
    await page.getByRole('button', { name: 'Bring back qwen/office' }).click()
    await page.getByRole('button', { name: 'Bring back', exact: true }).click()
    await page.getByText('There is an account "qwen/office"').waitFor()
    await page.getByLabel('Under the name').fill('work')
    await page.getByRole('button', { name: 'Bring back', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'qwen/work' }).waitFor()
    expect(findId('work')).toBe(id)
  })

  test('what is archived is destroyed only after it was asked by name', async () => {
    const { id, user, provider, name, label, groups, createdAt, auth, baseUrl } = madeAccount(Date.now(), {
      provider: 'qwen',
      name: 'old',
    })
    api.archive = [
      { id, user, provider, name, label, groups, createdAt, auth, baseUrl, archivedAt: createdAt },
    ]
    const page = await signedIn('#/archive')
    await page.getByRole('button', { name: 'Destroy qwen/old' }).click()
    await page
      .getByRole('dialog', { name: 'Destroy qwen/old?' })
      .getByRole('button', { name: 'Destroy permanently' })
      .click()
    await page.getByText('The archive is empty').waitFor()
    expect(api.archive).toEqual([])
  })

  test('cooldowns show why and until when, and are cleared', async () => {
    const page = await signedIn(`#/accounts/${findId('spare')}`)
    const cooldowns = page.getByRole('region', { name: 'Cooldowns' })
    await cooldowns.getByText('Rate limited').waitFor()
    await cooldowns.getByText('429 rate_limit_error').waitFor()
    await page.getByText('No: Rate limited by the provider.').waitFor()
    await cooldowns.getByRole('button', { name: 'Clear' }).click()
    await page.getByRole('button', { name: 'Clear cooldowns' }).click()
    await cooldowns.waitFor({ state: 'detached' })
    await page.getByText('It may serve, as number 3 of 3 accounts').waitFor()
  })

  test('a chart has a table with the same numbers', async () => {
    const page = await signedIn(`#/accounts/${findId('work')}`)
    await page.getByText('Requests as a table').click()
    const table = page.getByRole('region', { name: 'Requests', exact: true })
    await expect.poll(() => table.getByRole('row').count()).toBeGreaterThan(12)
    expect(await page.locator('.chart canvas').count()).toBe(4)
  })

  test('a client key is shown once, cannot be closed away by Esc, and is revoked after it was asked', async () => {
    const page = await signedIn('#/keys')
    await page.getByText('No client keys').waitFor()
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText('The key name "" is empty').waitFor()
    await page.getByLabel('Name').fill('editor')
    await page.getByLabel('Limits').fill('200/day')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText('qk_simulated_secret_shown_this_once_and_never_again').waitFor()
    await page.keyboard.press('Escape')
    expect(await page.getByText('qk_simulated_secret').count()).toBe(1)
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await expect.poll(() => page.getByText('qk_simulated_secret').count()).toBe(0)
    await page.getByRole('button', { name: 'Revoke editor' }).click()
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await page.getByText('No client keys').waitFor()
    // The button that had the focus is gone with its key.
    await page.locator('h1:focus', { hasText: 'Client keys' }).waitFor()
  })

  test('requests and rotations appear as they happen, can be filtered, and stand still while paused', async () => {
    const page = await signedIn('#/live')
    await page.getByText('Nothing has happened yet').waitFor()
    const line = {
      time: new Date().toISOString(),
      provider: 'qwen',
      account: 'work',
      model: 'qwen3-max',
      latencyMs: 812,
    }
    api.emit('request', { ...line, requestId: 'r1', status: 200, outcome: 'ok', attempts: 1 })
    api.emit('rotation', {
      ...line,
      requestId: 'r2',
      account: 'spare',
      outcome: 'rate-short',
      status: 429,
      attempt: 1,
      next: 'qwen/work',
    })
    const rows = page.getByRole('table').getByRole('row')
    await expect.poll(() => rows.count()).toBe(3)
    expect(await rows.nth(1).textContent()).toContain('→ qwen/work')
    expect(await rows.nth(2).textContent()).toContain('812 ms')
    await page.getByLabel('Kind').selectOption('Rotations')
    await expect.poll(() => rows.count()).toBe(2)
    await page.getByLabel('Kind').selectOption('Everything')
    await page.getByRole('button', { name: 'Pause' }).click()
    api.emit('request', { ...line, requestId: 'r3', status: 200, outcome: 'ok', attempts: 1 })
    await page.getByRole('button', { name: 'Resume (1 new)' }).click()
    await expect.poll(() => rows.count()).toBe(4)
  })

  test('history is divided as one likes, and says what runs out', async () => {
    const page = await signedIn('#/history')
    await page.getByRole('region', { name: 'Runs out at this pace' }).getByText('openrouter/team').waitFor()
    await page.getByRole('rowheader', { name: 'qwen/work' }).first().waitFor()
    await page.getByLabel('Divided').selectOption('By model')
    await page.getByRole('rowheader', { name: 'qwen3-coder-plus' }).first().waitFor()
    await page.getByText('24 hours').click()
    await expect.poll(() => api.seen.filter((name) => name === 'GET /history').length).toBe(3)
  })
})
