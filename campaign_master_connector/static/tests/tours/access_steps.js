import { loadJS } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { FAULTS_OF_ODOO } from "./access_faults_of_odoo";
import { see } from "./tour_steps";

/** Steps of the tours that have axe look at pages; each function answers with an array of them. */

const AXE = "/campaign_master_connector/axe.js";
export const PAGE = ".o_action_manager";
export const DIALOG = ".modal:not(.o_inactive_modal) .modal-content";

// On a busy machine.
const MILLISECONDS = 60000;

const findings = new Set();
/** Where each fault of Odoo's was found first. */
const excused = new Map();

const services = () => window.odoo.__WOWL_DEBUG__.root.env.services;

export const startLooking = () => [
    {
        trigger: "body",
        run: () => loadJS(AXE),
    },
];

/** Open an action by its external id, or one that is given. */
export const openAction = (action, seen, options = {}) => [
    {
        trigger: "body",
        run: () => services().action.doAction(action, { clearBreadcrumbs: true, ...options }),
    },
    ...see(seen),
];

/** Open the form of the one record that matches `domain`. */
export const openRecord = (model, domain, seen) => [
    {
        trigger: "body",
        run: async () => {
            const [id] = await services().orm.search(model, domain, { limit: 1 });
            const form = { res_model: model, res_id: id, views: [[false, "form"]] };
            await services().action.doAction(
                { type: "ir.actions.act_window", ...form },
                { clearBreadcrumbs: true }
            );
        },
    },
    ...see(seen),
];

/** Half-way through a transition, colours are none that anybody reads. */
const untilAtRest = () =>
    Promise.all(
        document
            .getAnimations()
            .filter((animation) => animation instanceof CSSTransition)
            .map((transition) => transition.finished.catch(() => {}))
    );

/** In the dark nothing differs but colours. */
const isDark = () => cookie.get("color_scheme") === "dark";

const violations = async (within) => {
    await untilAtRest();
    const options = {
        resultTypes: ["violations"],
        elementRef: true,
        ...(isDark() && { runOnly: ["color-contrast"] }),
    };
    const found = await window.axe.run(within, options);
    return found.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ element, html, any }) => ({
            rule: id,
            fault: FAULTS_OF_ODOO.find(
                ([rule, elements]) => rule === id && element.matches(elements)
            ),
            html: html.slice(0, 250),
            reason: id === "color-contrast" ? any[0].message : "",
        }))
    );
};

/** Have axe look at what is on the screen inside of `within`. */
export const look = (page, within = PAGE) => [
    {
        content: `Access of ${page}`,
        trigger: within,
        timeout: MILLISECONDS,
        run: async () => {
            for (const { rule, fault, html, reason } of await violations(within)) {
                const finding = `${page}: ${rule}: ${html} ${reason}`;
                if (!fault) {
                    findings.add(finding);
                } else if (!excused.has(fault)) {
                    excused.set(fault, finding);
                }
            }
        },
    },
];

/** The same for a page of Odoo's own. */
export const lookAtOdoo = (page, within = PAGE) => [
    {
        content: `Faults of Odoo on ${page}`,
        trigger: within,
        timeout: MILLISECONDS,
        run: async () => {
            for (const { fault } of await violations(within)) {
                excused.delete(fault);
            }
        },
    },
];

/** All that was found on all pages, at once; pages of Odoo's own are looked at last. */
export const tellFindings = () => [
    {
        trigger: "body",
        run: () => {
            for (const [[rule, elements], finding] of excused) {
                findings.add(`${rule} of ${elements} is no fault of Odoo's pages (${finding})`);
            }
            if (findings.size) {
                throw new Error(`Found by axe:\n${[...findings].join("\n")}`);
            }
        },
    },
];
