import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import {
  accessProblems,
  hasChromium,
  launchBrowser,
  openPage,
  measureOverflow,
  phone,
  signIn,
  withoutChromium,
} from './browser.ts'
import { ADMIN_TOKEN, FakeApi } from '../support/servers/fake-api.ts'
import { threeAccounts } from '../support/servers/fake-api-data.ts'
import { madeBatch, madeJob, madeRun } from '../support/servers/fake-work.ts'

let browser: Browser
let api: FakeApi

async function signedIn(hash: string, options: Parameters<typeof openPage>[2] = {}): Promise<Page> {
  const { page, context, troubles } = await openPage(browser, api.url, options)
  onTestFinished(async () => {
    await context.close()
    expect(troubles).toEqual([])
  })
  await signIn(page, ADMIN_TOKEN)
  await page.evaluate((hash) => (location.hash = hash), hash)
  return page
}

describe.skipIf(!hasChromium)(`jobs and batches on the page${withoutChromium}`, () => {
  beforeAll(async () => {
    browser = await launchBrowser()
  })

  beforeEach(async () => {
    const now = Date.now()
    api = new FakeApi(threeAccounts(now))
    const [first, second] = api.accounts
    api.work.jobs = [madeJob(now, api.accounts)]
    api.work.next = [first!, second!].map((account, index) => {
      const at = new Date(now + (index + 1) * 3_600_000).toISOString()
      return { job: 'morning', account, slot: at, at }
    })
    const failed = { account: first!.id, status: 'failed' as const, reason: 'it ended with exit code 3' }
    api.work.runs = [madeRun(now, { ...failed, output: 'the whole output' })]
    api.work.batches = [madeBatch(now)]
    await api.start()
    onTestFinished(() => api.stop())
  })

  afterAll(() => browser.close())

  test('the jobs have the next day over all accounts, their runs with output, and run, pause and resume', async () => {
    const page = await signedIn('#/jobs')
    const calendar = page.getByRole('region', { name: 'Planned runs by hour' })
    await expect.poll(() => calendar.locator('.day-mark').count()).toBe(2)
    await page.getByText('the whole output').waitFor({ state: 'detached' })
    await page.locator('.runs summary').first().click()
    await page.getByText('the whole output').waitFor()
    await page.getByText('it ended with exit code 3').waitFor()
    await page.getByRole('button', { name: 'Run now: morning' }).click()
    await page.getByText('morning began 1 run').waitFor()
    expect(api.bodies.get('POST /jobs/morning/run')).toEqual({})
    await page.getByRole('button', { name: 'Pause morning' }).click()
    await page.getByRole('button', { name: 'Resume morning' }).click()
    await page.getByRole('button', { name: 'Pause morning' }).waitFor()
  })

  test('an account has its own jobs, and starts, stops and runs them', async () => {
    const { id = '' } = api.accounts[0] ?? {}
    const page = await signedIn(`#/accounts/${id}`)
    const jobs = page
      .getByRole('region', { name: 'Jobs' })
      .or(page.locator('section', { hasText: 'morning' }))
    await jobs.first().waitFor()
    await page.getByRole('button', { name: /^Run now: morning for/ }).click()
    await expect.poll(() => api.bodies.get('POST /jobs/morning/run')).toEqual({ accounts: [id] })
    await page.getByRole('button', { name: 'Stop jobs' }).click()
    await page.getByRole('button', { name: 'Start jobs' }).click()
    await page.getByRole('button', { name: 'Stop jobs' }).waitFor()
  })

  test('a batch shows its progress, and can be cancelled', async () => {
    const page = await signedIn('#/jobs')
    const bar = page.getByRole('progressbar', { name: 'Answered lines' })
    await expect.poll(() => bar.getAttribute('aria-valuetext')).toBe('100 of 200')
    api.work.batches = [madeBatch(Date.now(), { done: 150 })]
    await expect.poll(() => bar.getAttribute('aria-valuetext')).toBe('160 of 200')
    await page.getByRole('button', { name: 'Cancel tasks.jsonl' }).click()
    await page.getByText('canceled').waitFor()
  })

  test('the view is accessible, and fits a phone', async () => {
    const page = await signedIn('#/jobs', { viewport: phone, hasTouch: true, isMobile: true })
    await page.getByRole('heading', { name: 'Batches' }).waitFor()
    expect(await measureOverflow(page)).toBeLessThanOrEqual(0)
    expect(await accessProblems(page)).toEqual([])
  })
})
