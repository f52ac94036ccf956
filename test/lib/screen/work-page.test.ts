import { expect, test } from 'vitest'
import { madeBatch, madeJob, madeRun } from '../../support/servers/fake-work.ts'
import { account, GivenScreen, NOW, timeAt } from './given-state.ts'

const one = account('one')
const failed = madeRun(NOW, { status: 'failed', reason: 'it ended with exit code 3' })
const morning = madeJob(NOW, [one], { lastRun: failed })
const paused = madeJob(NOW, [one], { id: 'job_2', name: 'evening', status: 'paused', nextAt: null })

function given(): GivenScreen {
  const screen = new GivenScreen({ columns: 120, rows: 30 })
  screen.shows([one])
  screen.send({
    type: 'work',
    now: NOW,
    work: {
      jobs: [paused, morning],
      batches: [
        madeBatch(NOW),
        madeBatch(NOW, { id: 'b2', file: '/x/wait.jsonl', status: 'waiting', resumesAt: timeAt(60_000) }),
      ],
    },
  })
  return screen
}

test('w opens the page about batches and jobs, the next run first, and closes it', () => {
  const screen = given()
  screen.type('w')
  const text = screen.text()
  expect(text).toMatch(/tasks\.jsonl .*running · 100 of 200 · 10 failed · 4 in flight · 60\/min · ends in 1h/)
  expect(text).toMatch(/wait\.jsonl .*waiting .*resumes in 1m/)
  expect(text).toMatch(/morning .*active · at 07:00 · 1 account · next in 1h · failed 1h ago: it ended with/)
  expect(text.indexOf('morning')).toBeLessThan(text.indexOf('evening'))
  expect(text).toMatch(/evening .*paused .*nothing planned/)
  screen.type('w')
  expect(screen.text()).not.toContain('tasks.jsonl')
})

test('the page of an account has its jobs', () => {
  const screen = given()
  screen.press('enter')
  expect(screen.text()).toMatch(/morning .*at 07:00 · next in 1h/)
})
