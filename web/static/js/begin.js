// Runs before the page is drawn: tells the style sheet that scripts are there.
document.documentElement.classList.add("js-enabled");
