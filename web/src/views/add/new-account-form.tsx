import type { JSX } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { ApiErrorBody, LoginView, NewAccount, NewLogin, ProviderView } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { usePage } from '../../hooks/page-context.ts'
import { useSubmit } from '../../hooks/use-submit.ts'
import { InputField, readText } from '../../parts/form/field.tsx'
import { FormError } from '../../parts/form/form-error.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Segmented } from '../../parts/form/segmented.tsx'
import { SettingsFields, settingNames, readSettings } from '../../parts/form/settings-fields.tsx'
import { formatHash } from '../../router.ts'
import { DeviceLogin } from './device-login.tsx'
import { LoginServerFields, loginServerNames, readLoginServer } from './login-server-fields.tsx'

type Way = ProviderView['auth'][number]

const wayWords: Record<Way, string> = { 'api-key': 'API key', device: 'Log in with a code', none: 'No key' }

export function NewAccountForm({
  provider,
  onBack,
}: {
  provider: ProviderView
  onBack: () => void
}): JSX.Element {
  const page = usePage()
  const [way, setWay] = useState<Way>(listWays(provider)[0] ?? 'api-key')
  const [login, setLogin] = useState<LoginView | null>(null)
  const { isBusy, error, submit } = useSubmit(async (form) => {
    if (way === 'device') return setLogin(await page.api.beginLogin(provider.id, readLogin(form)))
    const { account } = await page.api.addAccount(readAccount(form, provider, way))
    page.store.dispatch({ type: 'account', account })
    page.say(`${accountName(account)} is added`)
    location.hash = formatHash({ view: 'account', id: account.id })
  })
  if (login !== null) {
    return (
      <section class="card form-card" aria-labelledby="login-title">
        <h2 id="login-title">Finish the login</h2>
        <DeviceLogin
          login={login}
          onAgain={() => setLogin(null)}
          onDone={({ id }) => (location.hash = formatHash({ view: 'account', id }))}
        />
      </section>
    )
  }
  return (
    <form class="card form-card" onSubmit={submit} noValidate>
      <FormHead provider={provider} onBack={onBack} />
      <Terms provider={provider} way={way} />
      <WayChoice provider={provider} way={way} onChange={setWay} />
      <Identity provider={provider} way={way} error={error} />
      {way === 'device' && <LoginServerFields isNeeded={provider.needsBaseUrl} error={error} />}
      <details class="more" open={provider.needsBaseUrl}>
        <summary>More settings</summary>
        <SettingsFields
          {...{ values: {}, limits: [], error, provider: provider.id }}
          needsBaseUrl={provider.needsBaseUrl}
        />
      </details>
      <FormError error={error} shown={listShownFields(way)} />
      <div class="form-foot">
        <button type="button" class="button" onClick={onBack}>
          Back
        </button>
        <button type="submit" class="button button-primary" disabled={isBusy}>
          {isBusy ? 'Asking the provider …' : way === 'device' ? 'Begin login' : 'Add account'}
        </button>
      </div>
    </form>
  )
}

/** The fields that show their own error. */
function listShownFields(way: Way): string[] {
  const ofWay = { 'api-key': ['key'], device: loginServerNames, none: [] }[way]
  return ['name', 'user', ...ofWay, ...settingNames]
}

/** A self-hosted service may have a login server that only the user knows. */
function listWays({ auth, needsBaseUrl }: ProviderView): Way[] {
  return needsBaseUrl && !auth.includes('device') ? [...auth, 'device'] : auth
}

function WayChoice({
  provider,
  way,
  onChange,
}: {
  provider: ProviderView
  way: Way
  onChange: (way: Way) => void
}): JSX.Element | null {
  const ways = listWays(provider)
  if (ways.length < 2) return null
  return (
    <div class="field">
      <span class="field-label">With</span>
      <Segmented
        label="How it authenticates"
        value={way}
        choices={ways.map((kind) => ({ value: kind, label: wayWords[kind] }))}
        onChange={onChange}
      />
    </div>
  )
}

function FormHead({ provider, onBack }: { provider: ProviderView; onBack: () => void }): JSX.Element {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <div class="card-head">
      <h2 ref={heading} tabIndex={-1}>
        {provider.label}
      </h2>
      <button type="button" class="button button-quiet" onClick={onBack}>
        Another provider
      </button>
    </div>
  )
}

function Terms({ provider, way }: { provider: ProviderView; way: Way }): JSX.Element | null {
  const refusal = way === 'device' ? provider.deviceRefusal : null
  // A provider may refuse the login for the same reason as its terms.
  const notes = [...new Set([provider.terms, refusal])].filter((note) => note !== null)
  if (notes.length === 0) return null
  return (
    <div class="note">
      <Icon name="warn" />
      <div>
        {notes.map((note) => (
          <p key={note}>{note}</p>
        ))}
      </div>
    </div>
  )
}

function Identity({
  provider,
  way,
  error,
}: {
  provider: ProviderView
  way: Way
  error: ApiErrorBody | null
}): JSX.Element {
  return (
    <>
      <div class="field-row">
        <InputField
          label="Name"
          name="name"
          placeholder={provider.id}
          hint="Left empty: the first free name"
          error={error}
        />
        <InputField
          label="User"
          name="user"
          placeholder="local"
          hint="The owner of the account"
          error={error}
        />
      </div>
      {way === 'api-key' && (
        <InputField
          label="API key"
          name="key"
          type="password"
          required
          error={error}
          hint={
            <>
              Sealed before it is stored, and never shown again.
              {provider.keysUrl !== null && (
                <>
                  {' '}
                  <a href={provider.keysUrl} target="_blank" rel="noreferrer noopener">
                    Get one
                  </a>
                </>
              )}
            </>
          }
        />
      )}
      {(way === 'api-key' || (way === 'none' && provider.auth.includes('api-key'))) && (
        <label class="check">
          <input type="checkbox" name="verify" defaultChecked />{' '}
          {way === 'none' ? 'Check that the server answers' : 'Check the key with the provider'}
        </label>
      )}
    </>
  )
}

function readAccount(form: HTMLFormElement, provider: ProviderView, way: Way): NewAccount {
  const key = readText(form, 'key')
  return {
    provider: provider.id,
    ...readOwner(form),
    ...(way === 'api-key' && key !== '' ? { key } : {}),
    ...givenSettings(form),
    ...(form.elements.namedItem('verify') !== null && readText(form, 'verify') === ''
      ? { verify: false }
      : {}),
  }
}

function readLogin(form: HTMLFormElement): NewLogin {
  return { ...readOwner(form), ...givenSettings(form), ...readLoginServer(form) }
}

function readOwner(form: HTMLFormElement): { name?: string; user?: string } {
  const name = readText(form, 'name')
  const user = readText(form, 'user')
  return { ...(name === '' ? {} : { name }), ...(user === '' ? {} : { user }) }
}

/** Only filled fields: the server decides the others. */
function givenSettings(form: HTMLFormElement): Partial<NewAccount> {
  const defaults = { priority: 0, weight: 1 } as Record<string, unknown>
  const given = Object.entries(readSettings(form)).filter(
    ([name, value]) =>
      value !== null && value !== defaults[name] && !(Array.isArray(value) && value.length === 0),
  )
  return Object.fromEntries(given)
}
