import type { Member } from './pool/member.ts'

/** A simulated answer must never pass for a real one: beside real accounts, simulated ones serve their own models only. */
export function isolateSimulated(members: readonly Member[]): Member[] {
  const isReal = ({ account, provider }: Member) => account.enabled && !provider.simulated
  if (!members.some(isReal)) return [...members]
  return members.map((member) => {
    if (!member.provider.simulated) return member
    const serves = (model: string) => member.serves(model) === true
    return { ...member, serves, isKeptApart: true, family: `apart ${member.family}` }
  })
}
