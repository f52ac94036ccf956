import type { JSX } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { usePage } from '../hooks/page-context.ts'
import { useSubmit } from '../hooks/use-submit.ts'
import { CopyButton } from '../parts/copy-button.tsx'
import { InputField, readText } from '../parts/form/field.tsx'
import { FormError } from '../parts/form/form-error.tsx'
import { Logo } from '../parts/shell/logo.tsx'
import { ThemeSwitch } from '../parts/shell/theme-switch.tsx'
import { focusNextHeading } from '../parts/shell/view-head.tsx'

/** `reason`: why a sign-in is needed again. */
export function SignIn({ reason }: { reason: string | null }): JSX.Element {
  const page = usePage()
  const form = useRef<HTMLFormElement>(null)
  const { isBusy, error, submit } = useSubmit((form) => page.signIn(readText(form, 'token')))
  useEffect(() => {
    focusNextHeading()
    // The attribute `autofocus` works only while the document loads, and not after a sign-out.
    form.current?.querySelector('input')?.focus()
  }, [])
  // The server describes the request; here one field must be corrected.
  const shown = error !== null && error.code !== 'offline' ? { ...error, field: 'token', hint: null } : error
  return (
    <main class="sign-in" id="main">
      <section class="card sign-in-card" aria-labelledby="sign-in-title">
        <div class="sign-in-head">
          <Logo />
          <ThemeSwitch />
        </div>
        <h1 id="sign-in-title">Sign in</h1>
        {reason !== null && (
          <p class="note" role="status">
            {reason}
          </p>
        )}
        <form ref={form} onSubmit={submit}>
          <InputField
            label="Admin token"
            name="token"
            type="password"
            placeholder="qa_…"
            required
            error={shown}
          />
          <FormError error={shown} shown={['token']} />
          <button type="submit" class="button button-primary button-wide" disabled={isBusy}>
            {isBusy ? 'Signing in …' : 'Sign in'}
          </button>
        </form>
        <div class="sign-in-help">
          <p>A terminal on the machine of the proxy prints the token:</p>
          <Command text="qwenctl config get adminToken" />
          <p>or opens this page signed in:</p>
          <Command text="qwenctl proxy open" />
        </div>
      </section>
    </main>
  )
}

function Command({ text }: { text: string }): JSX.Element {
  return (
    <div class="command">
      <code>{text}</code>
      <CopyButton text={text} />
    </div>
  )
}
