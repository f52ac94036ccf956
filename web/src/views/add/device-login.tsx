import type { JSX } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { readError } from '../../api/api-error.ts'
import type { AccountView, LoginView } from '../../api/types.ts'
import { accountName } from '../../format/words.ts'
import { usePage } from '../../hooks/page-context.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Countdown } from '../../parts/status/countdown.tsx'
import { asSentence } from '../../parts/form/form-error.tsx'
import { Icon } from '../../parts/icon.tsx'

const ASK_MS = 2_000

const endWords = {
  denied: 'The login was refused in the browser.',
  expired: 'The code has expired.',
  cancelled: 'The login was stopped.',
  failed: 'The login failed.',
} as const

/** A login that is finished elsewhere: with the QR code, or with the address and the code. */
export function DeviceLogin({
  login: begun,
  onAgain,
  onDone,
}: {
  login: LoginView
  onAgain: () => void
  onDone: (account: AccountView) => void
}): JSX.Element {
  const login = useLogin(begun, onDone)
  return login.status === 'pending' ? (
    <Pending login={login} onCancel={onAgain} />
  ) : (
    <Ended login={login} onAgain={onAgain} />
  )
}

/** Polls the login until it ends; leaving the view cancels it. */
function useLogin(begun: LoginView, onDone: (account: AccountView) => void): LoginView {
  const page = usePage()
  const [login, setLogin] = useState(begun)
  useEffect(() => {
    if (login.status !== 'pending') return
    const timer = setInterval(() => {
      page.api.login(begun.loginId).then(
        (now) => setLogin((before) => (now.status === before.status ? before : { ...before, ...now })),
        (error: unknown) => {
          const { code, message, hint = null } = readError(error)
          // The login stays open without a connection: the banner says so.
          if (code === 'offline') return
          setLogin((before) => ({ ...before, status: 'failed', error: { code, message, hint } }))
        },
      )
    }, ASK_MS)
    return () => clearInterval(timer)
  }, [login.status])
  useEffect(() => {
    if (login.status !== 'done' || login.account == null) return
    page.store.dispatch({ type: 'account', account: login.account })
    page.say(`${accountName(login.account)} is logged in`)
    onDone(login.account)
  }, [login.status])
  useEffect(() => {
    return () => {
      page.api.cancelLogin(begun.loginId).catch(() => undefined) // the login has ended, or will expire
    }
  }, [])
  return login
}

function Pending({ login, onCancel }: { login: LoginView; onCancel: () => void }): JSX.Element {
  const { qrSvg, userCode = '', verificationUri = '', verificationUriComplete, expiresAt } = login
  const address = verificationUriComplete ?? verificationUri
  return (
    <>
      <div class="login">
        {qrSvg != null && (
          <img
            class="login-qr"
            src={`data:image/svg+xml,${encodeURIComponent(qrSvg)}`}
            alt="QR code of the address below"
            width="208"
            height="208"
          />
        )}
        <ol class="login-steps">
          <li>
            Scan the code with a phone, or open{' '}
            <a href={address} target="_blank" rel="noreferrer noopener">
              {verificationUri}
            </a>
          </li>
          <li>
            Enter or compare this code
            <div class="login-code">
              <output class="code-large">{userCode}</output>
              <CopyButton text={userCode} label="Copy code" />
            </div>
          </li>
          <li>Allow it there. This page continues automatically.</li>
        </ol>
      </div>
      <p class="login-wait" role="status">
        <span class="pulse" aria-hidden="true" /> Waiting for the login
      </p>
      {expiresAt !== undefined && (
        <p class="quiet">
          The code ends <Countdown at={expiresAt} />.
        </p>
      )}
      <div class="form-foot">
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </>
  )
}

function Ended({ login, onAgain }: { login: LoginView; onAgain: () => void }): JSX.Element {
  if (login.status === 'done' || login.status === 'pending') return <p role="status">The account is added.</p>
  const { error } = login
  return (
    <>
      <div class="note note-bad" role="alert">
        <Icon name="warn" />
        <div>
          <p>{endWords[login.status]}</p>
          {error != null && <p>{asSentence(error.message)}</p>}
          {error?.hint != null && <p class="quiet">{asSentence(error.hint)}</p>}
        </div>
      </div>
      <div class="form-foot">
        <button type="button" class="button button-primary" onClick={onAgain}>
          Begin again
        </button>
      </div>
    </>
  )
}
