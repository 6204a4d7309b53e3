// Stops a wrong Node before it does harm: `npm ci` under an older Node silently leaves out Hardhat's optional native
// part, and the failure shows only much later. Written in old JavaScript on purpose: it must run on the Node it refuses.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    'Suyuan needs Node 24 or newer, and this is Node ' +
      process.versions.node +
      '. ' +
      'Run it as: npx -y -p node@24 -c "npm ci && npm run demo" (tests: npx -y -p node@24 -c "npm ci && npm test").',
  )
  process.exit(1)
}
