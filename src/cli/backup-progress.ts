// The steps of a backup or restore, one bar after the other.

import type { Progress as Step } from '../backup/progress.ts'
import type { Language } from '../core/words.ts'
import { openProgress, type Progress } from './progress.ts'

const NAMES: Readonly<Record<Step['step'], Readonly<Record<Language, string>>>> = {
  reading: { en: 'reading', zh: '读取' },
  copying: { en: 'copying', zh: '复制' },
  checking: { en: 'checking the tree', zh: '核对树' },
  opening: { en: 'opening', zh: '打开' },
}

export interface Steps extends Disposable {
  readonly progress: (step: Step) => void
}

export function watchSteps(language: Language): Steps {
  let bar: Progress | undefined
  let current: Step['step'] | undefined
  const end = (): void => {
    bar?.[Symbol.dispose]()
    bar = undefined
  }
  return {
    progress({ step, done, total }) {
      if (step !== current) {
        end()
        current = step
        bar = openProgress(NAMES[step][language], total, true)
      }
      bar?.advance(done, done)
    },
    [Symbol.dispose]: end,
  }
}
