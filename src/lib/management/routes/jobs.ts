import { QwenctlError } from '../../base/errors.ts'
import { cutPage } from '../page/page.ts'
import { route } from '../route.ts'
import {
  jobChanges,
  jobList,
  jobPause,
  jobQuery,
  newJob,
  nextQuery,
  oneJob,
  oneRun,
  plannedRuns,
  runList,
  runQuery,
  startedRuns,
} from '../../contract/jobs.ts'

const INPUT_ERRORS = [
  'invalid_body',
  'invalid_usage',
  'invalid_value',
  'account_not_found',
  'name_in_use',
] as const

/** Scheduled work. */
export const jobRoutes = [
  route({
    method: 'GET',
    path: '/api/jobs',
    summary: 'List the jobs, with their accounts, next and last runs',
    query: jobQuery,
    answer: jobList,
    run: async ({ query: { user, status, ...page }, parts }) => {
      const all = await parts.toolkit.jobs.list({ user })
      const fitting = all.filter((job) => status === undefined || job.status === status)
      const { items, next } = cutPage(fitting, page, ({ id }) => id)
      return { jobs: items, next }
    },
  }),
  route({
    method: 'POST',
    path: '/api/jobs',
    summary: 'Add a job',
    about: 'The fields are those of `qwenctl jobs add`. Spans are texts such as 20m.',
    errors: INPUT_ERRORS,
    body: newJob,
    status: 201,
    answer: oneJob,
    run: async ({ body, parts }) => ({ job: await parts.toolkit.jobs.add(body) }),
  }),
  route({
    method: 'GET',
    path: '/api/jobs/runs',
    summary: 'List runs and skipped slots, the newest first',
    errors: ['job_not_found', 'account_not_found'],
    query: runQuery,
    answer: runList,
    run: async ({ query, parts }) => ({ runs: await parts.toolkit.jobs.runs(query) }),
  }),
  route({
    method: 'GET',
    path: '/api/job-runs/{id}',
    summary: 'Show a run with its kept output',
    errors: ['job_not_found'],
    answer: oneRun,
    run: async ({ params, parts }) => ({ run: await parts.toolkit.jobs.run(params.id) }),
  }),
  route({
    method: 'GET',
    path: '/api/jobs/next',
    summary: 'List the planned runs, the earliest first',
    errors: ['job_not_found'],
    query: nextQuery,
    answer: plannedRuns,
    run: async ({ query, parts }) => ({ runs: await parts.toolkit.jobs.next(query) }),
  }),
  route({
    method: 'GET',
    path: '/api/jobs/{name}',
    summary: 'Show a job, by its name or id',
    errors: ['job_not_found'],
    answer: oneJob,
    run: async ({ params, parts }) => ({ job: await parts.toolkit.jobs.show(params.name) }),
  }),
  route({
    method: 'PATCH',
    path: '/api/jobs/{name}',
    summary: 'Change a job',
    errors: ['job_not_found', ...INPUT_ERRORS],
    body: jobChanges,
    answer: oneJob,
    run: async ({ params, body, parts }) => ({ job: await parts.toolkit.jobs.set(params.name, body) }),
  }),
  route({
    method: 'DELETE',
    path: '/api/jobs/{name}',
    summary: 'Remove a job; an active run of it is stopped',
    errors: ['job_not_found'],
    answer: oneJob,
    run: async ({ params, parts }) => ({ job: await parts.toolkit.jobs.remove(params.name) }),
  }),
  route({
    method: 'POST',
    path: '/api/jobs/{name}/pause',
    summary: 'Pause a job, for all of its accounts or for some',
    errors: ['job_not_found', 'account_not_found'],
    body: jobPause,
    answer: oneJob,
    run: async ({ params, body, parts }) => ({
      job: await parts.toolkit.jobs.pause(params.name, body.accounts),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/jobs/{name}/resume',
    summary: 'Resume a paused job with its next slot',
    errors: ['job_not_found', 'account_not_found'],
    body: jobPause,
    answer: oneJob,
    run: async ({ params, body, parts }) => ({
      job: await parts.toolkit.jobs.resume(params.name, body.accounts),
    }),
  }),
  route({
    method: 'POST',
    path: '/api/jobs/{name}/run',
    summary: 'Run a job now, for all of its accounts or for some',
    about: 'Answers when the runs have begun. `GET /api/jobs/runs` shows how they end.',
    errors: ['job_not_found', 'account_not_found', 'invalid_usage', 'jobs_off', 'failed'],
    body: jobPause,
    status: 202,
    answer: startedRuns,
    run: async ({ params, body, parts }) => {
      const { name } = await parts.toolkit.jobs.find(params.name)
      if (parts.runJob === null)
        throw new QwenctlError('jobs_off', 'this proxy runs no jobs', {
          hint: `start it without --no-jobs, or type qwenctl jobs run ${name}`,
        })
      return { runs: await parts.runJob(name, body.accounts ?? []) }
    },
  }),
]
