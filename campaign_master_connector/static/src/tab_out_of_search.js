import { useEffect } from "@odoo/owl";
import { getActiveHotkey } from "@web/core/hotkeys/hotkey_service";

/** A dialog goes from its first element to its last one by itself. */
function isToLeave(hotkey, search) {
    return hotkey === "tab" || (hotkey === "shift+tab" && !search.closest(".modal"));
}

function letTabOut(ev) {
    const search = ev.target.closest(".o_searchview");
    const isOpen = search?.getAttribute("aria-expanded") === "true";
    if (search && !isOpen && isToLeave(getActiveHotkey(ev), search)) {
        ev.stopPropagation();
    }
}

/**
 * Odoo's search bar keeps the Tab key for going round in itself. Inside a form or a dialog, who has
 * a keyboard alone would never come out of it again.
 */
export function useTabOutOfSearch(rootRef) {
    useEffect(
        (root) => {
            root.addEventListener("keydown", letTabOut);
            return () => root.removeEventListener("keydown", letTabOut);
        },
        () => [rootRef.el]
    );
}
