import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { StoredBatches } from '../../../../src/lib/toolkit/batch/http/stored.ts'
import { temporaryFolder } from '../../../support/temp-folder.ts'

const owner = { key: null, user: null }

test('old files and leavings of a killed process go, and everything else stays', async () => {
  const stored = new StoredBatches(temporaryFolder())
  const put = async (createdAt: number) => {
    const id = stored.newId('file-')
    writeFileSync(stored.contentPath(id), '{}\n')
    await stored.putFile({ id, owner, filename: 'a.jsonl', bytes: 3, createdAt })
    return id
  }
  const [old, young] = [await put(1000), await put(3000)]
  const left = ['upload-0a.tmp', `${stored.newId('file-')}.jsonl`, `${stored.newId('msgbatch_')}.in.jsonl`]
  for (const name of [...left, 'notes.txt']) {
    const path = join(stored.folder, name)
    writeFileSync(path, 'x')
    utimesSync(path, 1, 1)
  }
  const fresh = join(stored.folder, 'upload-0b.tmp')
  writeFileSync(fresh, 'x')
  stored.tidy(2000, 2000)
  expect(stored.files(owner).map(({ id }) => id)).toEqual([young])
  expect(existsSync(stored.contentPath(old))).toBe(false)
  expect(existsSync(fresh)).toBe(true)
  expect(readdirSync(stored.folder).sort()).toEqual(
    [`${young}.json`, `${young}.jsonl`, 'notes.txt', 'upload-0b.tmp'].sort(),
  )
})
