// The rules of Odoo's own JavaScript, for the addon and the sandbox's pages. What is required here
// lies outside the checkout, where `make lint` has put it.
const globals = require("globals");

const rules = {
    "arrow-body-style": ["error", "as-needed"],
    "constructor-super": "error",
    curly: ["error", "all"],
    eqeqeq: ["error", "always", { null: "ignore" }],
    "no-const-assign": "error",
    "no-debugger": "error",
    "no-dupe-args": "error",
    "no-dupe-class-members": "error",
    "no-dupe-else-if": "error",
    "no-dupe-keys": "error",
    "no-duplicate-case": "error",
    "no-duplicate-imports": "error",
    "no-restricted-globals": ["error", "event", "self"],
    "no-this-before-super": "error",
    "no-undef": "error",
    "no-unreachable": "error",
    "no-unsafe-negation": "error",
    "no-unused-vars": [
        "error",
        { vars: "all", args: "none", ignoreRestSiblings: false, caughtErrors: "all" },
    ],
    "no-var": "error",
    "prefer-const": ["error", { destructuring: "all", ignoreReadBeforeAssign: true }],
    "valid-typeof": "error",
};

module.exports = [
    {
        files: ["campaign_master_connector/static/**/*.js"],
        languageOptions: {
            ecmaVersion: 2022,
            sourceType: "module",
            globals: { ...globals.browser, Chart: "readonly", luxon: "readonly" },
        },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules,
    },
    {
        files: ["sandbox/web/static/*.js"],
        languageOptions: { ecmaVersion: 2022, sourceType: "script", globals: globals.browser },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: { ...rules, curly: ["error", "multi-line"] },
    },
];
