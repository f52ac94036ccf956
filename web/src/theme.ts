export type Theme = 'system' | 'light' | 'dark'

const KEY = 'qwenctl.theme'

export function chosenTheme(): Theme {
  const set = document.documentElement.dataset['theme']
  return set === 'light' || set === 'dark' ? set : 'system'
}

/** Applies and stores a theme; an event notifies canvases. */
export function chooseTheme(theme: Theme): void {
  const { dataset } = document.documentElement
  if (theme === 'system') delete dataset['theme']
  else dataset['theme'] = theme
  try {
    if (theme === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, theme)
  } catch {
    // Without storage it holds until the page is closed.
  }
  dispatchEvent(new Event('themechange'))
}

/** Calls back when colours change, by the switch or by the system; returns the function that stops it. */
export function onThemeChange(callback: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)')
  addEventListener('themechange', callback)
  system.addEventListener('change', callback)
  return () => {
    removeEventListener('themechange', callback)
    system.removeEventListener('change', callback)
  }
}
