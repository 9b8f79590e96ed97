export * from '@pushav/shared/testing/media/boxes.ts'
