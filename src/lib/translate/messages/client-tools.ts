// Tools of Anthropic's that the client runs itself: the model knows them without a schema. Other models get them as
// functions. Sources: "Bash tool", "Text editor tool", "Memory tool" and "Computer use tool" at
// https://platform.claude.com/docs/en/agents-and-tools/tool-use (2026-11).

import { isText, type Json } from '../json-fields.ts'
import { RawJson, writeJson } from '../json/raw-json.ts'
import type { Tool } from '../neutral/request.ts'

interface ClientTool {
  type: RegExp
  describe: (tool: Json) => string
  properties: (tool: Json) => Json
  required: readonly string[]
}

const text = (description: string): Json => ({ type: 'string', description })
const choice = (...values: readonly string[]): Json => ({ type: 'string', enum: values })
const numbers = (description: string): Json => ({ type: 'array', items: { type: 'integer' }, description })
const line: Json = { type: 'integer', description: 'The line to insert after; 0: the beginning.' }

const files: Json = {
  path: text('The file or folder.'),
  file_text: text('The content of the file to create.'),
  old_str: text('The text to replace: it occurs once.'),
  new_str: text('The text in its place.'),
  insert_line: line,
  insert_text: text('The text to insert.'),
  view_range: numbers('The first and the last line to view.'),
}

const clientTools: readonly ClientTool[] = [
  {
    type: /^bash_\d+$/,
    describe: () => 'Runs a command in a shell that keeps its state between calls.',
    properties: () => ({
      command: text('The command to run.'),
      restart: { type: 'boolean', description: 'Restarts the shell.' },
    }),
    required: ['command'],
  },
  {
    type: /^text_editor_\d+$/,
    describe: () => 'Views and edits files: view, create, str_replace, insert.',
    properties: ({ type }) => {
      const isOld = type === 'text_editor_20241022' || type === 'text_editor_20250124'
      const commands = ['view', 'create', 'str_replace', 'insert', ...(isOld ? ['undo_edit'] : [])]
      const { insert_text, ...old } = files
      return { command: choice(...commands), ...(isOld ? old : { ...old, insert_text }) }
    },
    required: ['command', 'path'],
  },
  {
    type: /^memory_\d+$/,
    describe: () =>
      'Keeps notes between conversations, as files below /memories. View them before the work, and note progress.',
    properties: () => ({
      command: choice('view', 'create', 'str_replace', 'insert', 'delete', 'rename'),
      ...files,
      old_path: text('The file to rename.'),
      new_path: text('Its new path.'),
    }),
    required: ['command'],
  },
  {
    type: /^computer_\d+$/,
    describe: ({ display_width_px: width, display_height_px: height }) =>
      `Uses the screen, the keyboard and the mouse of a computer. The screen has ${String(width)} by ${String(height)} pixels. A screenshot shows it.`,
    properties: ({ type }) => ({
      action: choice(
        ...['key', 'type', 'mouse_move', 'left_click', 'left_click_drag', 'right_click', 'middle_click'],
        ...['double_click', 'screenshot', 'cursor_position'],
        ...(type === 'computer_20241022'
          ? []
          : ['left_mouse_down', 'left_mouse_up', 'scroll', 'hold_key', 'wait', 'triple_click']),
        ...(type === 'computer_20251124' ? ['zoom'] : []),
      ),
      coordinate: numbers('x and y in pixels.'),
      start_coordinate: numbers('The beginning of a drag.'),
      text: text('The text to type, or the keys to press, such as ctrl+s.'),
      duration: { type: 'number', description: 'Seconds to wait or to hold a key.' },
      scroll_direction: choice('up', 'down', 'left', 'right'),
      scroll_amount: { type: 'integer' },
      region: numbers('The corners of the region to zoom to: x1, y1, x2, y2.'),
    }),
    required: ['action'],
  },
]

/** Whether the client runs this tool, although Anthropic defines it. */
export function isClientTool({ type }: Json): boolean {
  return isText(type) && clientTools.some((known) => known.type.test(type))
}

/** The tool as a function. `tool` is one of the client's. */
export function readClientTool(tool: Json, name: string): Tool {
  const { describe, properties, required } = clientTools.find(({ type }) => type.test(String(tool.type)))!
  const schema = { type: 'object', properties: properties(tool), required }
  return {
    name,
    description: describe(tool),
    schema: new RawJson(writeJson(schema)),
    isStrict: null,
    isCustom: false,
  }
}
