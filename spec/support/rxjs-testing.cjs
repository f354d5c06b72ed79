// `rxjs/testing` out of the same one file that specs get as `rxjs`: virtual time needs both to share their clocks.

module.exports = require('rxjs').testing;
