// What the disk keeps when the power goes, as the crash harness makes it: all that was synced, and of the rest any part.

import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { DurableImage } from '../../scripts/crash/durable-image.ts'
import { createRandom } from '../../scripts/demo/random.ts'

describe('what a disk keeps when the power goes', () => {
  let scratch: string
  let data: string
  let images: string
  const opened: number[] = []

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'suyuan-image-'))
    data = join(scratch, 'data')
    images = join(scratch, 'images')
    mkdirSync(join(data, 'log'), { recursive: true })
  })
  afterEach(() => {
    for (const fd of opened.splice(0)) closeSync(fd)
    rmSync(scratch, { recursive: true, force: true })
  })

  const path = (): string => join(data, 'log/file')
  /** Writes at `from`, told to the image as the preload module does. */
  const write = (image: DurableImage, text: string, from: number): number => {
    const fd = openSync(path(), existsSync(path()) ? 'r+' : 'w+')
    opened.push(fd)
    image.opened(fd, path())
    image.wrote(fd, from, text.length)
    writeSync(fd, text, from)
    return fd
  }
  const sync = (image: DurableImage, directory = join(data, 'log')): void => {
    const fd = openSync(directory, 'r')
    image.beginSync(fd, directory)()
    closeSync(fd)
  }
  /** A file `log/file` of 1000 synced bytes, its name synced too, with 1000 more that may have been synced. */
  const life = (synced: boolean, nameSynced: boolean): DurableImage => {
    const image = new DurableImage(data, images)
    const fd = write(image, 'a'.repeat(1000), 0)
    image.beginSync(fd, path())()
    if (nameSynced) sync(image)
    write(image, 'b'.repeat(1000), 1000)
    const done = image.beginSync(fd, path())
    if (synced) done()
    return image
  }
  const outcomes = (synced: boolean, nameSynced: boolean, nextProcess = false): Set<string> => {
    const seen = new Set<string>()
    for (let seed = 0; seed < 60; seed++) {
      rmSync(path(), { force: true })
      rmSync(images, { recursive: true, force: true })
      const image = life(synced, nameSynced)
      ;(nextProcess ? new DurableImage(data, images) : image).losePower(createRandom(seed))
      const text = existsSync(path()) ? readFileSync(path(), 'latin1') : 'gone'
      if (text !== 'gone') expect(text.slice(0, 1000)).to.equal('a'.repeat(1000))
      seen.add(text.length === 2000 && !/^a*b*$/.test(text) ? 'holes' : String(text === 'gone' ? 'gone' : text.length))
    }
    return seen
  }

  it('keeps what was synced, always', () => {
    expect([...outcomes(true, true)]).to.deep.equal(['2000'])
  })

  it('keeps all, none or some of what was not', () => {
    const seen = outcomes(false, true)
    expect(seen).to.include('1000').and.to.include('2000').and.to.include('holes')
    expect(seen.size).to.be.greaterThan(4)
    expect(seen).not.to.include('gone')
  })

  it('keeps or loses a name that was not', () => {
    expect(outcomes(true, false)).to.deep.equal(new Set(['2000', 'gone']))
  })

  it('knows what the process before left unsynced', () => {
    expect(outcomes(false, true, true))
      .to.include('1000')
      .and.to.include('2000')
    expect([...outcomes(true, true, true)]).to.deep.equal(['2000'])
  })

  it('takes what a process before left for synced once it is synced again', () => {
    for (let seed = 0; seed < 30; seed++) {
      rmSync(path(), { force: true })
      rmSync(images, { recursive: true, force: true })
      life(false, true)
      const next = new DurableImage(data, images)
      const fd = openSync(path(), 'r+')
      opened.push(fd)
      next.opened(fd, path())
      next.beginSync(fd, path())()
      next.losePower(createRandom(seed))
      expect(readFileSync(path()).length).to.equal(2000)
    }
  })
})
