import type { JSX } from 'preact'
import { useState } from 'preact/hooks'
import { chooseTheme, chosenTheme } from '../../theme.ts'
import type { Theme } from '../../theme.ts'
import { Segmented } from '../form/segmented.tsx'
import type { Choice } from '../form/segmented.tsx'

const themes: Choice<Theme>[] = [
  { value: 'system', label: "The system's colours", icon: 'system' },
  { value: 'light', label: 'Light', icon: 'sun' },
  { value: 'dark', label: 'Dark', icon: 'moon' },
]

export function ThemeSwitch(): JSX.Element {
  const [theme, setTheme] = useState(chosenTheme)
  return (
    <Segmented
      label="Colours"
      value={theme}
      choices={themes}
      onChange={(next) => {
        chooseTheme(next)
        setTheme(next)
      }}
    />
  )
}
