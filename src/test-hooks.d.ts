/** True only in the build that tests run (`node build.mjs --test-hooks`); the shipped build compiles such branches away. */
declare const SW_TEST_HOOKS: boolean;
