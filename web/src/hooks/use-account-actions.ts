import type { AccountAnswer, AccountView } from '../api/types.ts'
import { accountName } from '../format/words.ts'
import type { Asked } from '../parts/dialog/account-dialogs.tsx'
import type { MenuItem } from '../parts/shell/menu.tsx'
import { usePage } from './page-context.ts'

export interface AccountActions {
  enable: (account: AccountView) => void
  verify: (account: AccountView) => void
  refresh: (account: AccountView) => void
  clearCooldowns: (account: AccountView) => void
  /** All actions on an account, for its menu. */
  items: (account: AccountView) => MenuItem[]
}

/** `ask` opens the dialog that confirms or completes an action. */
export function useAccountActions(ask: (asked: Asked) => void): AccountActions {
  const page = usePage()
  const { api } = page
  const actions: Omit<AccountActions, 'items'> = {
    enable: (account) =>
      void page.act(api.actOnAccount(account.id, 'enable'), `${accountName(account)} is enabled`),
    verify: (account) =>
      void page.act(api.actOnAccount(account.id, 'verify'), (answer) => verdict(account, answer)),
    refresh: (account) =>
      void page.act(api.actOnAccount(account.id, 'refresh'), (answer) => verdict(account, answer)),
    clearCooldowns: (account) =>
      void page.act(api.clearCooldowns(account.id), `cooldowns of ${accountName(account)} have ended`),
  }
  const items = (account: AccountView): MenuItem[] => [
    account.enabled
      ? { label: 'Disable…', onChoose: () => ask({ question: 'disable', account }) }
      : { label: 'Enable', onChoose: () => actions.enable(account) },
    { label: 'Verify credential', onChoose: () => actions.verify(account) },
    ...(account.auth.type === 'oauth'
      ? [
          { label: 'Renew login', onChoose: () => actions.refresh(account) },
          { label: 'Log in again…', onChoose: () => ask({ question: 'login', account }) },
        ]
      : []),
    ...(account.auth.type === 'api-key'
      ? [{ label: 'New key…', onChoose: () => ask({ question: 'key', account }) }]
      : []),
    { label: 'Rename…', onChoose: () => ask({ question: 'rename', account }) },
    { label: 'Reset counters…', onChoose: () => ask({ question: 'reset', account }) },
    { label: 'Archive…', onChoose: () => ask({ question: 'archive', account }), isDanger: true },
  ]
  return { ...actions, items }
}

function verdict(account: AccountView, { result, message }: AccountAnswer): string {
  return `${accountName(account)}: ${message ?? result ?? 'asked'}`
}
