import { QwenctlError } from '../../base/errors.ts'

/** The text of a question, and how to answer it without a terminal. */
export interface Question {
  /** As asked: `Which provider?` */
  message: string
  /** The missing value, for the error: `provider`. */
  subject: string
  /** How to answer on the command line: `--provider PROVIDER`. */
  flag: string
}

export interface Choice {
  value: string
  name: string
  description?: string
}

/** Asks for one choice; typing jumps to it. */
export async function askChoice(question: Question, choices: Choice[]): Promise<string> {
  return ask(question, { type: 'select', choices, pageSize: 12, loop: false })
}

/** Any number of several, at least one. */
export async function askSeveral(question: Question, choices: Choice[]): Promise<string[]> {
  const validate = (chosen: readonly unknown[]) =>
    chosen.length > 0 || 'choose at least one with the space bar'
  return ask<string[]>(question, { type: 'checkbox', choices, pageSize: 12, loop: false, validate })
}

export async function askText(
  question: Question,
  options: { default?: string; check?: (text: string) => true | string } = {},
): Promise<string> {
  return ask(question, { type: 'input', default: options.default, validate: options.check })
}

/** The answer is shown as stars only. */
export async function askSecret(question: Question): Promise<string> {
  const validate = (text: string) => text.trim() !== '' || 'nothing was typed'
  return ask(question, { type: 'password', mask: '*', validate })
}

/** Asks before something is destroyed; `--yes` is the answer without a terminal. Throws `cancelled` on no. */
export async function confirmOrCancel(message: string, yes: boolean): Promise<void> {
  if (yes) return
  const question = { message, subject: 'confirmation', flag: '--yes' }
  if (!(await ask<boolean>(question, { type: 'confirm', default: false }))) {
    throw new QwenctlError('cancelled', 'nothing was changed')
  }
}

/** True if a terminal can answer. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true
}

async function ask<Answer = string>(question: Question, kind: Record<string, unknown>): Promise<Answer> {
  // inquirer answers its own questions from a pipe, so it is never started without a terminal.
  if (!canAsk()) {
    throw new QwenctlError(
      'missing_answer',
      `${question.subject} is missing, and there is no terminal to ask on`,
      { hint: `add ${question.flag}` },
    )
  }
  const { default: inquirer } = await import('inquirer')
  const prompt = inquirer.createPromptModule({ output: process.stderr })
  const asked = { ...kind, name: 'answer', message: question.message }
  const answers = await prompt<{ answer: Answer }>([asked])
  return answers.answer
}
