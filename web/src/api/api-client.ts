import { Http } from './http.ts'
import type {
  AccountAnswer,
  AccountChange,
  AccountStats,
  AccountVerb,
  AccountView,
  BatchView,
  ArchivedView,
  ClientKeyView,
  ExplainDocument,
  HistoryKey,
  HistoryDocument,
  HistoryPer,
  JobView,
  LoginView,
  NewAccount,
  NewKey,
  NewLogin,
  PlannedRun,
  ProviderView,
  ProxyView,
  RequestView,
  RootView,
  RunView,
} from './types.ts'

export interface HistoryAsked {
  days?: number
  hours?: number
  per: HistoryPer
  by: HistoryKey
  account?: string
  user?: string
}

/** A method for each API call of the page. */
export class ApiClient {
  readonly http = new Http()

  root = () => this.http.call<RootView>('')
  openSession = (proof: { token: string } | { ticket: string }) =>
    this.http.call<{ token: string; expiresAt: string }>('/session', { method: 'POST', body: proof })
  endSession = () => this.http.call<unknown>('/session', { method: 'DELETE' })

  accounts = () => this.http.call<{ accounts: AccountView[] }>('/accounts')
  addAccount = (body: NewAccount) => this.http.call<AccountAnswer>('/accounts', { method: 'POST', body })
  changeAccount = (id: string, body: AccountChange) =>
    this.http.call<AccountAnswer>(`/accounts/${encodeURIComponent(id)}`, { method: 'PATCH', body })
  archiveAccount = (id: string) =>
    this.http.call<AccountAnswer>(`/accounts/${encodeURIComponent(id)}`, { method: 'DELETE' })
  actOnAccount = (id: string, verb: AccountVerb) =>
    this.http.call<AccountAnswer>(`/accounts/${encodeURIComponent(id)}/${verb}`, { method: 'POST' })
  clearCooldowns = (id: string) =>
    this.http.call<AccountAnswer>(`/accounts/${encodeURIComponent(id)}/cooldowns`, { method: 'DELETE' })
  stats = (id: string, range: { hours: number } | { days: number }) =>
    this.http.call<AccountStats>(`/accounts/${encodeURIComponent(id)}/stats`, { query: { ...range } })
  explain = (query: { model?: string; inputTokens?: number }) =>
    this.http.call<ExplainDocument>('/explain', { query })

  archive = () => this.http.call<{ accounts: ArchivedView[] }>('/archive')
  restore = (id: string, name?: string) =>
    this.http.call<AccountAnswer>(`/archive/${encodeURIComponent(id)}/restore`, {
      method: 'POST',
      body: name === undefined ? {} : { name },
    })
  destroy = (id: string) =>
    this.http.call<unknown>(`/archive/${encodeURIComponent(id)}`, { method: 'DELETE' })

  history = ({ days, hours, per, by, account, user }: HistoryAsked) =>
    this.http.call<HistoryDocument>('/history', { query: { days, hours, per, by, account, user } })

  jobs = () => this.http.call<{ jobs: JobView[] }>('/jobs')
  /** The planned runs of the next day, the earliest first. */
  nextRuns = (limit: number) =>
    this.http.call<{ runs: PlannedRun[] }>('/jobs/next', { query: { days: 1, limit } })
  runs = (query: { account?: string; limit: number }) =>
    this.http.call<{ runs: RunView[] }>('/jobs/runs', { query })
  run = (id: string) => this.http.call<{ run: RunView }>(`/job-runs/${encodeURIComponent(id)}`)
  runJob = (job: string, accounts?: string[]) =>
    this.#onJob<{ runs: { id: string; account: string }[] }>(job, 'run', accounts)
  pauseJob = (job: string, accounts?: string[]) => this.#onJob<{ job: JobView }>(job, 'pause', accounts)
  resumeJob = (job: string, accounts?: string[]) => this.#onJob<{ job: JobView }>(job, 'resume', accounts)
  #onJob = <Answer>(job: string, verb: string, accounts?: string[]) =>
    this.http.call<Answer>(`/jobs/${encodeURIComponent(job)}/${verb}`, {
      method: 'POST',
      body: accounts === undefined ? {} : { accounts },
    })

  /** Finished requests, the newest first. */
  requests = (limit: number) => this.http.call<{ requests: RequestView[] }>('/requests', { query: { limit } })

  batches = () => this.http.call<{ batches: BatchView[] }>('/batches', { query: { limit: 50 } })
  cancelBatch = (id: string) =>
    this.http.call<{ batch: BatchView }>(`/batches/${encodeURIComponent(id)}/cancel`, { method: 'POST' })

  keys = () => this.http.call<{ keys: ClientKeyView[] }>('/keys')
  createKey = (body: NewKey) =>
    this.http.call<{ key: ClientKeyView; secret: string }>('/keys', { method: 'POST', body })
  revokeKey = (id: string) => this.http.call<unknown>(`/keys/${encodeURIComponent(id)}`, { method: 'DELETE' })

  providers = () => this.http.call<{ providers: ProviderView[] }>('/providers')
  proxy = () => this.http.call<ProxyView>('/proxy')

  beginLogin = (provider: string, body: NewLogin) =>
    this.http.call<LoginView>(`/login/${encodeURIComponent(provider)}`, { method: 'POST', body })
  login = (loginId: string) => this.http.call<LoginView>(`/login/${encodeURIComponent(loginId)}`)
  cancelLogin = (loginId: string) =>
    this.http.call<unknown>(`/login/${encodeURIComponent(loginId)}`, { method: 'DELETE' })
}
