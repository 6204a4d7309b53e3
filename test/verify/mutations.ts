// Ways to spoil a JSON value: every place in it, and what can be done to what stands there.

export type Path = readonly (string | number)[]

/** Every place in the value, containers before what they hold; not the root. */
export function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return []
  const paths: Path[] = []
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    const path = [...at, key]
    paths.push(path, ...pathsOf((value as Record<string | number, unknown>)[key], path))
  }
  return paths
}

export const MUTATIONS = ['change', 'shorten', 'lengthen', 'drop', 'double', 'swap', 'retype'] as const
export type Mutation = (typeof MUTATIONS)[number]

/** A deep copy, spoiled at one place; undefined when the mutation does not apply there or changes nothing. */
export function mutate<T>(value: T, path: Path, mutation: Mutation, seed: number): T | undefined {
  const copy = structuredClone(value)
  const parent = path
    .slice(0, -1)
    .reduce((inner, key) => (inner as Record<string | number, unknown>)[key], copy as unknown)
  const holder = parent as Record<string | number, unknown>
  const key = path.at(-1)!
  if (!apply(holder, key, mutation, seed)) return undefined
  return JSON.stringify(copy) === JSON.stringify(value) ? undefined : copy
}

function apply(
  holder: Record<string | number, unknown>,
  key: string | number,
  mutation: Mutation,
  seed: number,
): boolean {
  const value = holder[key]
  if (mutation === 'drop') {
    if (Array.isArray(holder)) holder.splice(Number(key), 1)
    else delete holder[key]
    return true
  }
  if (mutation === 'double' || mutation === 'swap') {
    if (!Array.isArray(holder)) return false
    if (mutation === 'double') holder.splice(Number(key), 0, structuredClone(value))
    else {
      const other = seed % holder.length
      ;[holder[Number(key)], holder[other]] = [holder[other], value]
    }
    return true
  }
  const changed = changeValue(value, mutation, seed)
  if (changed === undefined) return false
  holder[key] = changed
  return true
}

function changeValue(value: unknown, mutation: Mutation, seed: number): unknown {
  if (mutation === 'retype') return typeof value === 'string' ? seed : String(seed)
  if (typeof value === 'boolean') return mutation === 'change' ? !value : undefined
  if (typeof value === 'number') {
    if (mutation === 'change') return value + 1 + (seed % 7)
    return mutation === 'shorten' ? Math.floor(value / 2) : undefined
  }
  if (typeof value !== 'string') return undefined
  if (mutation === 'lengthen') return value + (value.at(-1) ?? 'x')
  if (value === '') return undefined
  const at = seed % value.length
  if (mutation === 'shorten') return value.slice(0, at) + value.slice(at + 1)
  return value.slice(0, at) + neighbour(value[at]!) + value.slice(at + 1)
}

/** Another character of the same class, so that more than the shape is put to the test. */
function neighbour(character: string): string {
  for (const [first, last] of ['09', 'af', 'gz', 'AZ'] as const) {
    if (character >= first! && character <= last!) {
      return character === last ? first! : String.fromCharCode(character.charCodeAt(0) + 1)
    }
  }
  return character === ' ' ? 'x' : ' '
}
