// Runs before the first paint, so that a page in the other theme does not flash. The rest is in theme.ts.
try {
  const theme = localStorage.getItem('qwenctl.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme
} catch {
  // No storage: the system's theme it is.
}
