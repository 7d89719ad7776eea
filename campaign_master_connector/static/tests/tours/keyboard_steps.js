/** Steps with real keys, pressed by the test's browser; each function answers with an array. */

const MOST_PRESSES = 150;

const press = (key) =>
    new Promise((resolve) => {
        window.addEventListener("keyup", resolve, { once: true, capture: true });
        console.debug(`press ${key}`);
    });

export const pressKey = (key, trigger = "body") => [{ trigger, run: () => press(key) }];

/** What shows where the focus is: an outline, a shadow or another border or colour. */
const looks = (element) => {
    const { outline, boxShadow, borderColor, backgroundColor, textDecoration } =
        getComputedStyle(element);
    return [outline, boxShadow, borderColor, backgroundColor, textDecoration].join();
};

const checkFocusIsSeen = (element) => {
    const focused = looks(element);
    element.blur();
    const unfocused = looks(element);
    element.focus({ focusVisible: true });
    if (focused === unfocused) {
        throw new Error(`Nobody sees that the focus is on ${element.outerHTML.slice(0, 200)}`);
    }
};

const MOMENT = 100; // milliseconds

/** A page that is still being drawn may take the focus away again. */
const keepsFocus = async (selector) => {
    await new Promise((resolve) => setTimeout(resolve, MOMENT));
    return document.activeElement.matches(selector);
};

const pressTabUntil = async (selector) => {
    const passed = [];
    while (!(document.activeElement.matches(selector) && (await keepsFocus(selector)))) {
        if (passed.length === MOST_PRESSES) {
            throw new Error(`Tab never comes to ${selector}, but to ${passed.join()}`);
        }
        await press("Tab");
        passed.push(document.activeElement.outerHTML.slice(0, 60));
    }
    checkFocusIsSeen(document.activeElement);
};

/** Press Tab until the focus is on what `selector` names, and then `key`. */
export const tabAndPress = (selector, key = "Enter") => [
    {
        content: `Tab to ${selector}, ${key}`,
        trigger: selector,
        run: async () => {
            await pressTabUntil(selector);
            await press(key);
        },
    },
];

export const seeFocusOn = (selector) => [
    {
        content: `Focus on ${selector}`,
        trigger: selector,
        run() {
            if (document.activeElement !== this.anchor) {
                const { outerHTML } = document.activeElement;
                throw new Error(
                    `The focus isn't on ${selector}, but on ${outerHTML.slice(0, 200)}`
                );
            }
        },
    },
];
