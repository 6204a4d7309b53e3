// What of WebAssembly is used here (W3C WebAssembly JavaScript Interface). TypeScript has it in its library for browsers
// only, and nothing else of that library belongs in a service.

declare namespace WebAssembly {
  class Module {
    private readonly brand: 'module'
  }
  class Memory {
    readonly buffer: ArrayBuffer
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>)
    readonly exports: Readonly<Record<string, unknown>>
  }
  function compile(bytes: Uint8Array): Promise<Module>
}
