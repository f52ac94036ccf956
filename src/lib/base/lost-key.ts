/** The two ways out of a vault whose key is lost. Every message about a vault that does not open names both. */
export const LOST_VAULT_FIX =
  'restore a backup with qwenctl accounts restore FILE, or start a new vault with qwenctl auth storage --reset'
