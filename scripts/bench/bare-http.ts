// What Node's own HTTP server does with the same requests and no work at all: it reads the body and answers as many
// bytes. A process of its own, which ends with the one that measures; its one argument is how many bytes.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const answer = 'x'.repeat(Number(process.argv[2]))
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    response.setHeader('content-length', answer.length)
    response.end(answer)
  })
})
process.on('disconnect', () => process.exit())
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
