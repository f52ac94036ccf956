/** Names both ways to recover from a lost vault key. Every message about a vault that does not open has it. */
export const LOST_VAULT_FIX =
  'restore a backup with qwenctl accounts restore FILE, or reset with qwenctl auth storage --reset'
