import type { LiveStream } from '../terminal/live-view.ts'
import { LiveView } from '../terminal/live-view.ts'
import { wrapWords } from '../terminal/format/wrap-words.ts'
import type { DemoLook } from './demo-picture.ts'
import {
  DISCLAIMER,
  SMALLEST_PICTURE,
  beatLines,
  demoPicture,
  endLines,
  finalPicture,
  stateLines,
} from './demo-picture.ts'
import type { DemoStory } from './demo-story.ts'

/** The display of the demo. */
export interface DemoShow {
  update(story: DemoStory): void
  /** The last state and the result. */
  finish(story: DemoStory): void
  /** Restores the terminal, also after an error. */
  close(): void
}

export interface ShowOptions {
  /** A terminal that can be redrawn; null: none. */
  terminal: LiveStream | null
  print: (text: string) => void
  look: DemoLook
}

export function openShow(options: ShowOptions): DemoShow {
  const { terminal } = options
  if (terminal === null) return new LinesShow(options)
  const { columns, rows } = SMALLEST_PICTURE
  const isRoomy = terminal.columns >= columns && terminal.rows >= rows
  return isRoomy ? new PictureShow(terminal, options.look) : new LinesShow(options)
}

class PictureShow implements DemoShow {
  readonly #terminal: LiveStream
  readonly #look: ShowOptions['look']
  readonly #view: LiveView

  constructor(terminal: LiveStream, look: ShowOptions['look']) {
    this.#terminal = terminal
    this.#look = look
    this.#view = new LiveView(terminal)
  }

  update(story: DemoStory): void {
    this.#view.draw(demoPicture(story, this.#sized()))
  }

  finish(story: DemoStory): void {
    this.#view.end(finalPicture(story, this.#sized()))
  }

  close(): void {
    this.#view.end()
  }

  /** The terminal may have been resized. */
  #sized(): DemoLook {
    return { ...this.#look, columns: this.#terminal.columns }
  }
}

class LinesShow implements DemoShow {
  readonly #print: (text: string) => void
  readonly #look: DemoLook
  #told = 0
  #hasBegun = false

  constructor({ print, look }: ShowOptions) {
    this.#print = print
    this.#look = { ...look, columns: Math.max(24, look.columns) }
  }

  update(story: DemoStory): void {
    if (!this.#hasBegun) this.#begin(story)
    const news = story.beats.slice(this.#told)
    this.#told = story.beats.length
    for (const line of beatLines(news, { ...this.#look, columns: this.#look.columns - 1 })) this.#print(line)
  }

  finish(story: DemoStory): void {
    this.#print('')
    if (this.#look.columns >= SMALLEST_PICTURE.columns) {
      for (const line of stateLines(story, this.#look)) this.#print(line)
    } else {
      for (const { name, counted, upstream, limit, status } of story.accounts)
        this.#say(`${name}: ${status}, counted ${counted} of ${limit}, served upstream ${upstream}`)
    }
    this.#print('')
    for (const line of endLines(story, this.#look)) this.#print(line)
  }

  close(): void {
    // Lines need no tidying up.
  }

  #begin({ url, accounts }: DemoStory): void {
    this.#hasBegun = true
    const names = accounts.map(({ name, limit }) => `${name} (${limit})`).join(', ')
    this.#say(`qwenctl demo: ${DISCLAIMER}`)
    this.#say(`A program sends requests to ${url}/v1, and they go to the accounts ${names}.`)
    this.#print('')
  }

  #say(text: string): void {
    for (const line of wrapWords(text, this.#look.columns - 3)) this.#print(`  ${line}`)
  }
}
