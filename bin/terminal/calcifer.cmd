@echo off
rem `calcifer` in VS Code's terminals, where no Node needs to be installed: the extension names VS Code's own.
setlocal
set ELECTRON_RUN_AS_NODE=1
if not exist "%CALCIFER_NODE%" set CALCIFER_NODE=node
"%CALCIFER_NODE%" "%~dp0..\..\dist\cli.cjs" %*
