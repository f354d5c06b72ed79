// fast-check as specs get it: `maxLength` is how long a list may get, and not what a tenth of it stays below.

const fc = require('../../node_modules/fast-check/lib/cjs/fast-check.js');

fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });
module.exports = fc;
